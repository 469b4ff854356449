"""Returns to expect from a fleet of units of several ages."""
