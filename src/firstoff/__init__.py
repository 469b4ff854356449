"""Firstoff: from the prototype that works to a signed-off process, and no unit untraceable."""

__version__ = "0.1.0"
