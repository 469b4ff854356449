"""A page as a browser reads it: its elements, and what is wrong with them."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"input", "meta", "link", "br", "img", "use", "path", "circle", "rect", "line", "col"}
_NAMED_BY_LABEL = {"input", "select", "textarea"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""


@dataclass
class PageRead(HTMLParser):
    """Feed it a page, then ask."""

    source: str
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for n in range(len(self._open) - 1, -1, -1):
            if self._open[n].tag == tag:
                del self._open[n:]
                return

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [e for e in self.elements if e.tag in tags]

    @property
    def links(self) -> list[str]:
        return [e.attrs["href"] for e in self.all("a") if e.attrs.get("href")]

    def problems(self) -> list[str]:
        """What is wrong with the page for a keyboard, a screen reader or a strict browser."""
        found = [
            f"{n} elements {tag}, not one"
            for tag in ("main", "h1")
            if (n := len(self.all(tag))) != 1
        ]
        ids = Counter(e.attrs["id"] for e in self.elements if "id" in e.attrs)
        found += [f"the id {name} stands {n} times" for name, n in ids.items() if n > 1]
        for e in self.elements:
            found += _dangling(e, set(ids))
        found += [f"{e.tag} {e.attrs} has no name" for e in self._unnamed()]
        found += [
            f"th {e.text.strip()!r} has no scope" for e in self.all("th") if "scope" not in e.attrs
        ]
        return found + self.dangers()

    def dangers(self) -> list[str]:
        """What a content security policy would have to stop."""
        found = [
            f"script within the page: {e.text[:60]!r}"
            for e in self.all("script")
            if "src" not in e.attrs and e.attrs.get("type") != "application/json"
        ]
        for e in self.elements:
            found += [f"{e.tag} has {a}" for a in e.attrs if a.startswith("on")]
            for a in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
                if e.attrs.get(a, "").strip().lower().startswith(("javascript:", "data:", "//")):
                    found.append(f"{e.tag} leads to {e.attrs[a]}")
        posts = [e for e in self.all("form") if e.attrs.get("method", "").lower() == "post"]
        tokens = [e for e in self.all("input") if e.attrs.get("name") == "csrfmiddlewaretoken"]
        if len(tokens) < len(posts):
            found.append(f"{len(posts)} forms post and {len(tokens)} carry the token")
        return found

    def _unnamed(self) -> list[Element]:
        labelled = {e.attrs["for"] for e in self.all("label") if "for" in e.attrs}
        inside = self._inside_labels()
        return [
            e
            for e in self.elements
            if (
                e.tag in _NAMED_BY_LABEL
                and e.attrs.get("type") not in ("hidden", "submit")
                and e.attrs.get("id") not in labelled
                and id(e) not in inside
                and not e.attrs.get("aria-label")
                and not e.attrs.get("aria-labelledby")
            )
            or (e.tag in ("a", "button") and not e.text.strip() and not e.attrs.get("aria-label"))
        ]

    def _inside_labels(self) -> set[int]:
        inside: set[int] = set()
        reader = _Labels(self.source, self.elements)
        inside.update(reader.inside)
        return inside


class _Labels(HTMLParser):
    """Which elements stand inside a label: counted in the same order as they were read."""

    def __init__(self, source: str, elements: list[Element]) -> None:
        super().__init__()
        self.inside: set[int] = set()
        self._depth, self._n, self._elements = 0, 0, elements
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "label"
        if self._depth:
            self.inside.add(id(self._elements[self._n]))
        self._n += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "label"


def _dangling(element: Element, ids: set[str]) -> list[str]:
    named = [
        name
        for a in ("aria-describedby", "aria-labelledby", "for")
        for name in element.attrs.get(a, "").split()
    ]
    return [f"{element.tag} names {n}, which is not there" for n in named if n not in ids]
