"""Build times that fall as people learn: the learning curve."""
