"""The tables of MIL-STD-105E from their structure: the second source of the CSV files.

The letters' sample sizes and the AQLs both grow by the fifth root of ten, so that a plan's numbers
are the same along a diagonal. What is written down here are the numbers along one diagonal, the
stages that go with them, and the ends of the tables; the cells follow.
"""

from collections.abc import Iterator

AQL = [
    "0.010",
    "0.015",
    "0.025",
    "0.040",
    "0.065",
    "0.10",
    "0.15",
    "0.25",
    "0.40",
    "0.65",
    "1.0",
    "1.5",
    "2.5",
    "4.0",
    "6.5",
    "10",
    "15",
    "25",
    "40",
    "65",
    "100",
    "150",
    "250",
    "400",
    "650",
    "1000",
]
LETTERS = "ABCDEFGHJKLMNPQR"
SINGLE = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
DOUBLE = (0, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250)
MULTIPLE = (0, 0, 0, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500)
REDUCED = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
DOUBLE_REDUCED = (0, 0, 0, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500)
MULTIPLE_REDUCED = (0, 0, 0, 0, 0, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200)

# Along a diagonal, from the Ac 0 plan on; the last two belong to letters A to E only.
NORMAL = [
    "0/1",
    "^",
    "v",
    "1/2",
    "2/3",
    "3/4",
    "5/6",
    "7/8",
    "10/11",
    "14/15",
    "21/22",
    "30/31",
    "44/45",
]
TIGHTENED = [
    "0/1",
    "v",
    "v",
    "1/2",
    "2/3",
    "3/4",
    "5/6",
    "8/9",
    "12/13",
    "18/19",
    "27/28",
    "41/42",
]
REDUCED_RUN = [
    "0/1",
    "^",
    "v",
    "0/2",
    "1/3",
    "1/4",
    "2/5",
    "3/6",
    "5/8",
    "7/10",
    "10/13",
    "14/17",
    "21/24",
]
REDUCED_B = [
    "0/1",
    "^",
    "v",
    "0/2",
    "1/3",
    "2/4",
    "3/5",
    "5/6",
    "7/8",
    "10/11",
    "14/15",
    "21/22",
    "30/31",
]

DOUBLES = {
    "1/2": "0/2 1/2",
    "2/3": "0/3 3/4",
    "3/4": "1/4 4/5",
    "5/6": "2/5 6/7",
    "7/8": "3/7 8/9",
    "10/11": "5/9 12/13",
    "14/15": "7/11 18/19",
    "21/22": "11/16 26/27",
    "30/31": "17/22 37/38",
    "44/45": "25/31 56/57",
    "8/9": "3/7 11/12",
    "12/13": "6/10 15/16",
    "18/19": "9/14 23/24",
    "27/28": "15/20 34/35",
    "41/42": "23/29 52/53",
    "0/2": "0/2 0/2",
    "1/3": "0/3 0/4",
    "1/4": "0/4 1/5",
    "2/5": "0/4 3/6",
    "3/6": "1/5 4/7",
    "5/8": "2/7 6/9",
    "7/10": "3/8 8/12",
    "10/13": "5/10 12/16",
    "14/17": "7/12 18/22",
    "21/24": "11/17 26/30",
}
MULTIPLES = {
    "1/2": "#/2 #/2 0/2 0/3 1/3 1/3 2/3",
    "2/3": "#/2 0/3 0/3 1/4 2/4 3/5 4/5",
    "3/4": "#/3 0/3 1/4 2/5 3/6 4/6 6/7",
    "5/6": "#/4 1/5 2/6 3/7 5/8 7/9 9/10",
    "7/8": "0/4 1/6 3/8 5/10 7/11 10/12 13/14",
    "10/11": "0/5 3/8 6/10 8/13 11/15 14/17 18/19",
    "14/15": "1/7 4/10 8/13 12/17 17/20 21/23 25/26",
    "21/22": "2/9 7/14 13/19 19/25 25/29 31/33 37/38",
    "30/31": "4/12 11/19 19/27 27/34 36/40 45/47 53/54",
    "44/45": "6/16 17/27 29/39 40/49 53/58 65/68 77/78",
    "8/9": "0/4 2/7 4/9 6/11 9/12 12/14 14/15",
    "12/13": "0/6 3/9 7/12 10/15 14/17 18/20 21/22",
    "18/19": "1/8 6/12 11/17 16/22 22/25 27/29 32/33",
    "27/28": "3/10 10/17 17/24 24/31 32/37 40/43 48/49",
    "41/42": "6/15 16/25 26/36 37/46 49/55 61/64 72/73",
    "0/2": "#/2 #/2 0/2 0/3 0/3 0/3 1/3",
    "1/3": "#/2 #/3 0/3 0/4 0/4 1/5 1/5",
    "1/4": "#/3 #/3 0/4 0/5 1/6 1/6 2/7",
    "2/5": "#/3 0/4 0/5 1/6 2/7 3/7 4/8",
    "3/6": "#/4 0/5 1/6 2/7 3/8 4/9 6/10",
    "5/8": "#/4 1/6 2/8 3/10 5/11 7/12 9/14",
    "7/10": "0/5 1/7 3/9 5/12 7/13 10/15 13/17",
    "10/13": "0/6 3/9 6/12 8/15 11/17 14/20 18/22",
}


def rows() -> Iterator[tuple[str, str, str, int, list[str]]]:
    """Procedure, inspection, letter, units in a stage, and the 26 cells, "" where there is none.

    A cell is v or ^ (arrow), * (use the single plan), ++ (use the double plan) or "Ac/Re ...".
    """
    for procedure in ("single", "double", "multiple"):
        for inspection in ("normal", "tightened", "reduced"):
            for place, letter in enumerate(LETTERS):
                cells = [
                    _staged(procedure, inspection, place, _single(inspection, place, column))
                    for column in range(len(AQL))
                ]
                yield procedure, inspection, letter, _size(procedure, inspection, place), cells
        numbers = {"single": "1/2", "double": DOUBLES["1/2"], "multiple": MULTIPLES["1/2"]}
        stage = {"single": 3150, "double": 2000, "multiple": 800}[procedure]
        only = [numbers[procedure] if aql == "0.025" else "" for aql in AQL]
        yield procedure, "tightened", "S", stage, only


def _single(inspection: str, place: int, column: int) -> str:
    first = 14 - place if inspection != "tightened" else 15 - place  # the column of Ac 0
    if inspection == "tightened" and place == 0:
        first = 15  # no letter before A has the plan: its cell and those before it point down
    run = {"normal": NORMAL, "tightened": TIGHTENED, "reduced": REDUCED_RUN}[inspection]
    if inspection == "reduced" and place < 2:
        run = [NORMAL, REDUCED_B][place]
    if place == 0 and inspection != "normal":
        run = {"tightened": ["v", "v", "v", *TIGHTENED[3:]], "reduced": _reduced_a()}[inspection]
    steps = column - first
    if place == len(LETTERS) - 1 and inspection == "tightened":
        run = ["0/1", "^", *TIGHTENED[2:]]  # below R there is only S, with one AQL
    if steps < 0:
        return "v" if place < len(LETTERS) - 1 else "^"
    last = {"normal": 13, "tightened": 12, "reduced": 13}[inspection]
    if place > 4:
        last -= 2
    if steps >= last or steps >= len(run):
        return "^"
    cell = run[steps]
    if place == 0 and cell == "^":
        return "v"  # nothing stands above A
    if place == len(LETTERS) - 1 and inspection != "tightened" and cell == "v":
        return "^"  # nothing stands below R
    return cell


def _reduced_a() -> list[str]:
    return NORMAL


def _staged(procedure: str, inspection: str, place: int, cell: str) -> str:
    if procedure == "single" or cell in ("v", "^", ""):
        return cell
    if cell == "0/1":
        return "*"
    doubles = DOUBLE_REDUCED if inspection == "reduced" else DOUBLE
    multiples = MULTIPLE_REDUCED if inspection == "reduced" else MULTIPLE
    if doubles[place] == 0:
        return "*"
    if procedure == "double":
        return DOUBLES[cell]
    return MULTIPLES[cell] if multiples[place] else "++"


def _size(procedure: str, inspection: str, place: int) -> int:
    sizes = {
        "single": (SINGLE, REDUCED),
        "double": (DOUBLE, DOUBLE_REDUCED),
        "multiple": (MULTIPLE, MULTIPLE_REDUCED),
    }[procedure]
    return sizes[inspection == "reduced"][place]
