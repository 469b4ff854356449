"""Runs and what is recorded about them, as the doors and the verdict read it."""
