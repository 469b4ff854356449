"""The command line: `firstoff <noun> <verb>`. `firstoff stats ...` starts without Django.

Exit codes: 0 yes, 1 our bug, 2 bad input, 3 not found, 4 a rule says no, 5 unavailable.
"""

import sys

from firstoff.cli.shell import run


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
