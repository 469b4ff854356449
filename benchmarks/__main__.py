"""``python -m benchmarks``, which is what ``make bench`` runs."""

from benchmarks.pilot import main

main()
