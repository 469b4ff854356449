"""What every kind of document is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _as_given(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document; its template is ``templates/<name>.typ``.

    shape: the TypedDict that is the data contract.
    pictures: SVG pictures by name, drawn from the data; the code is added for every kind.
    arranged: the data as the template wants them: long lists told briefly.
    """

    name: str
    title: str
    shape: Any
    pictures: Callable[[Mapping[str, Any]], dict[str, bytes]]
    arranged: Callable[[Mapping[str, Any]], dict[str, Any]] = _as_given
