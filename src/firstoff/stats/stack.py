"""Tolerance chains: worst case, RSS, Monte Carlo, contribution of each link."""
