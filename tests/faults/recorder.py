"""A station as a program of its own: records units until its standard input ends.

python recorder.py NAME FIRST: numbers from FIRST on. Each is a board from elsewhere that takes
glaze from a lot and is tested, and a unit of the run with its first operation. A line with the
number and the ids is printed once the records are safe on the station's disk.
"""

import sys
import threading
import time
from itertools import count

from firstoff_station import Station

LINES = [{"name": f"M{n}", "unit": "V", "lower": "0", "upper": "10"} for n in range(3)]
PROCEDURE = {"name": "Final", "version": "1", "lines": LINES}
GLAZE = 2  # pieces that a board takes


def unit(name: str, number: int) -> list[dict[str, object]]:
    board = {"part": "PCBA", "serial": f"{name}-{number}"}
    crock = {"batch": "CC1-P1", "serial": f"CC1-P1-{number:03}"}
    return [
        {"kind": "unit", **board},
        {"kind": "consume", **board, "items": [{"lot": "GLZ-7781", "quantity": GLAZE}]},
        {"kind": "test", **board, "procedure": PROCEDURE, "values": [1.5, 2.5, number / 99_999]},
        {"kind": "unit", **crock},
        {"kind": "operation", **crock, "operation": 10, "outcome": "pass"},
    ]


def main(name: str, first: int) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with Station(batch_size=150) as station:
        for number in count(first):
            print(number, *station.record_all(unit(name, number)), flush=True)  # noqa: T201
            time.sleep(0.03)  # a line has its pace
            if ended.is_set():
                return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
