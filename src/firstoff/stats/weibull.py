"""Weibull and exponential life fitted to failures, suspensions and intervals."""
