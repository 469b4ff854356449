"""A drawing with a balloon for each characteristic, and the table that they name."""

import base64
from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc
from .kind import Kind


class Balloon(TypedDict):
    """Places are parts of the page from its top left; ``to_x`` and ``to_y`` what it points at."""

    number: str
    x: float
    y: float
    to_x: float
    to_y: float


class Page(TypedDict):
    """A page of the drawing, in points. Its picture is ``page-<number>``; white without one."""

    number: int
    width: float
    height: float
    balloons: list[Balloon]


class Row(TypedDict):
    """A characteristic. ``page`` is empty where no balloon of it stands on this drawing."""

    number: str
    name: str
    classification: str
    requirement: str
    limits: str
    method: str
    zone: str
    page: str


class Drawing(TypedDict):
    """``left_out``: pages with balloons beyond those that are printed."""

    number: str
    title: str
    version: str
    file_name: str
    sha256: str
    of_pages: int
    left_out: int
    part: str
    part_name: str
    revision: str
    pages: list[Page]
    characteristics: list[Row]


class BalloonedDrawing(TypedDict):
    doc: Doc
    drawing: Drawing


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


def as_svg(png: bytes, width: int, height: int) -> bytes:
    """A picture of a page in the form that documents take pictures in."""
    packed = base64.b64encode(png).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{packed}"/></svg>'
    ).encode()


KIND = Kind(
    name="ballooned_drawing",
    title="Ballooned drawing",
    shape=BalloonedDrawing,
    pictures=pictures,
)
