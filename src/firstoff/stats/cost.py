"""Inspect all, none or a sample: what each costs."""
