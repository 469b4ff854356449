"""Demonstration tests: success run, zero failures, time against units, Weibayes."""
