"""Attribute agreement: kappa, within, between, against the standard; intraclass correlation."""
