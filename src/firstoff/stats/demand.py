"""Demand over time: variation, trend, seasonality, intermittent class."""
