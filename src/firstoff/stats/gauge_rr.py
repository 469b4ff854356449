"""Gauge repeatability and reproducibility: crossed, nested, one appraiser; many gauges at once."""
