"""The tables: the only Django app of the product."""
