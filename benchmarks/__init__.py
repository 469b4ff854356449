"""Firstoff beside the raw limit of the same machine and the same database, in one run."""
