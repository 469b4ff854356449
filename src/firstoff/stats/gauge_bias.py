"""A gauge against a reference: bias, type 1 study (Cg, Cgk), linearity, stability."""
