"""Shapes of the API: a name in the OpenAPI document belongs to one of them."""

import ast
from collections import defaultdict
from pathlib import Path

API = Path(__file__).resolve().parents[2] / "src" / "firstoff" / "api"


def test_no_two_modules_give_a_shape_the_same_name() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(API.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("In", "Out", "Shape")):
                found[node.name].append(str(path.relative_to(API)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
