"""Which characters print, and what stands where one does not.

Typst brings Libertinus Serif and DejaVu Sans Mono inside itself (Latin, Greek, Cyrillic,
symbols). The rest comes from packages, all under the SIL Open Font License: FiraGO (Arabic,
Hebrew, Thai, Devanagari, Georgian) and Noto Symbols out of ``pymupdf-fonts``, Noto Sans CJK out
of ``noto-cjk-sans-otc``, Bengali, Tamil, Telugu and Khmer, Lao, Myanmar out of
``justmytype-intl-south-asia`` and ``-sea``. Fonts of the machine are never used: the same data
give the same bytes everywhere.

PDF/A forbids a glyph that no font has, so every text is checked before it is set, and what has
no glyph is written as its code point: ⟨U+1F600⟩. An export never fails for a character.
"""

import atexit
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

# In the order in which a character is looked for.
FALLBACKS = (
    "FiraGO",
    "{cjk}",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Khmer",
    "Noto Sans Lao",
    "Noto Sans Myanmar",
    "Noto Sans Symbols2",
    "Noto Sans Symbols",
    "DejaVu Sans Mono",
)
BUFFERS = ("figo", "figbo", "figit", "figbi", "symbol1", "symbol2")  # in pymupdf-fonts
FOLDERS = {
    "noto_cjk_sans_otc": "*.ttc",
    "justmytype_intl_south_asia": "fonts/**/*.ttf",
    "justmytype_intl_sea": "fonts/**/*.ttf",
}

# Signs of geometric tolerances, by the font that has them.
SIGN_FONTS = {"symbol1": "⏤⏥⌭⌒⌓⌯⌰⌀ⓂⓁ", "symbol2": "⌖◎○"}

# Marks that have no shape of their own: joiners, directions, places to break.
INVISIBLE = frozenset((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060))
# Hints on how to draw the character before: dropped, the character prints either way.
HINTS = frozenset((0xAD, 0xFEFF, *range(0xFE00, 0xFE10)))
# Overrides of direction can make a text read as what it is not; they are shown.
OVERRIDES = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

# Code points that every style of Libertinus Serif or every style of DejaVu Sans Mono has, as
# typst 0.15 carries them. tests/formats/documents/test_fonts.py sets every one of them.
EMBEDDED = """
20-7E A0-1C3 1CD-1DD 1DF-1E3 1E6-1EF 1F4-1F6 1F8-1F9 1FC-21F 221 224-241 243-245 249
24C-24D 250-2E9 2EC-2EE 2F3 300-33F 342-343 358 361 374-377 37A-37F 384-38A 38C
38E-3A1 3A3-3CE 3D0-3E1 3F0-45F 462-463 472-473 490-49B 4A2-4A5 4AA-4B3 4BA-4BB
4C0-4C4 4C7-4C8 4CB-4CC 4CF-4F9 510-511 51A-51D 531-556 559-55F 561-587 589-58A
5B0-5C3 5C6 5D0-5EA 5F0-5F4 E3F E81-E82 E84 E87-E88 E8A E8D E94-E97 E99-E9F EA1-EA3
EA5 EA7 EAA-EAB EAD-EB9 EBB-EBC EC8-ECD 10D0-10FC 1D02 1D08-1D09 1D14 1D16-1D17
1D1D-1D1F 1D2C-1D2E 1D30-1D3C 1D3E-1D5B 1D62-1D65 1D77-1D78 1D7B 1D85 1D9B-1DB7
1DB9-1DBF 1E00-1E9B 1E9E-1EF9 1F00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59
1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4
1FF6-1FFE 2000-2027 202F-2037 2039-203F 2042 2044-204B 204F 205F 2070-2071 2074-208E
2090-209C 20A0-20B5 20B8-20BA 20BD 20BF 2100-2103 2105-2106 2109 210C-210F 2111 2113
2115-2117 2119-211A 211C-211D 2120 2122 2124 2126-2127 212A-212B 212E 2135-2137 2139
2148 2150-2151 2153-2184 2189 2190-2220 2223-222D 2234-223D 2241-226B 226D-228B
228D-22A5 22B2-22B5 22B8 22C2-22C6 22CD-22D1 22DA-22E9 22EF 2300-2306 2308-2315
2318-2319 231C-2321 2325-232B 2335-237A 237D 2380-2383 2388-238B 2395 239B-23AE
23CE-23CF 23D3 2423 2500-2600 2605 2619 261B 261E 2627 262F 2638-2653 2660-2667
2669-266F 2695 2698 26A2-26A4 2767 27C2 27C5-27C6 27DC 27E0 27E6-27EB 27F5-27F7
2987-2988 2997-2998 29EB 29FA-29FB 2A00 2A2F 2A6A-2A6B 2B05-2B0D 2B12-2B1A 2C60-2C70
2C74-2C77 2C79-2C7A 2C7C-2C7F 2E18 2E1F 2E22-2E25 2E2E A708-A716 A71B-A727 A789-A78E
A790-A791 A7AA A7F8-A7F9 E801-E803 F6C5 FB01-FB02 FB29-FB36 FB38-FB3C FB3E FB40-FB41
FB43-FB44 FB46-FB4E FFF9-FFFD 1D106-1D107 1D55A
"""


def _ranges(text: str) -> Iterator[int]:
    for part in text.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


EMBEDDED_POINTS = frozenset(_ranges(EMBEDDED))


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"The package {package.replace('_', '-')} is not installed.")
    return Path(spec.origin).parent


@lru_cache(maxsize=1)
def _buffers() -> Path:
    """Fonts that a package holds as Python, written where typst can read them."""
    import pymupdf_fonts

    folder = Path(tempfile.mkdtemp(prefix="firstoff-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in BUFFERS:
        (folder / f"{name}.ttf").write_bytes(pymupdf_fonts.fontbuffers[name]())
    return folder


@lru_cache(maxsize=1)
def typst_fonts() -> "typst.Fonts":
    import typst

    folders = [_buffers(), *(_folder(package) for package in FOLDERS)]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders],
    )


@lru_cache(maxsize=1)
def _packaged_points() -> frozenset[int]:
    """Code points of the fonts out of packages; read once, when a text needs them."""
    from fontTools.ttLib import TTCollection, TTFont

    files = [_buffers() / f"{name}.ttf" for name in BUFFERS]
    for package, pattern in FOLDERS.items():
        files += sorted(_folder(package).glob(pattern))
    points: set[int] = set()
    for file in files:
        content = BytesIO(file.read_bytes())
        # The faces of the collection differ in the form of characters, not in which they have.
        font = TTCollection(content).fonts[0] if file.suffix == ".ttc" else TTFont(content)
        points.update(font.getBestCmap())
    return frozenset(points)


@lru_cache(maxsize=len(SIGN_FONTS))
def signs_font(name: str) -> bytes:
    """A font for browsers (WOFF) with the signs of ``SIGN_FONTS[name]`` alone: few machines have
    those of geometric tolerances."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(_buffers() / f"{name}.ttf", recalcTimestamp=False)
    cut = Subsetter(Options(layout_features=[], notdef_outline=True))
    cut.populate(text=SIGN_FONTS[name])
    cut.subset(font)
    font.flavor = "woff"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


def prints(point: int) -> bool:
    """Whether the character has a glyph, or needs none."""
    if point in OVERRIDES or unicodedata.category(chr(point)) in ("Cc", "Cs", "Co", "Cn"):
        return False
    return point in EMBEDDED_POINTS or point in INVISIBLE or point in _packaged_points()


def named(point: int) -> str:
    return f"U+{point:04X}"


def printable(text: str, missing: dict[int, int]) -> str:
    """The text with ⟨U+...⟩ for what has no glyph, counted in ``missing``; line ends and tabs
    become spaces."""
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    replaced = False
    for character in text:
        point = ord(character)
        if point in HINTS or (replaced and point in INVISIBLE):
            continue
        replaced = False
        if character in "\t\n\r\v\f\u2028\u2029\x85":
            out.append(" ")
        elif prints(point):
            out.append(character)
        else:
            missing[point] = missing.get(point, 0) + 1
            out.append(f"⟨{named(point)}⟩")
            replaced = True
    return "".join(out)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for item in value:
            yield from strings(item)


def prepared(value: Any, missing: dict[int, int]) -> Any:
    """The same data with every text printable."""
    if isinstance(value, str):
        return printable(value, missing)
    if isinstance(value, Mapping):
        return {str(key): prepared(item, missing) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [prepared(item, missing) for item in value]
    return value


_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def families(texts: Iterable[str]) -> list[str]:
    """Fallback families for these texts. One character stands for different forms in Chinese,
    Japanese and Korean; which is meant follows from the other letters of the document."""
    sample = "".join(text for text in texts if not text.isascii())
    cjk = "Noto Sans CJK SC"
    if _KANA.search(sample):
        cjk = "Noto Sans CJK JP"
    elif _HANGUL.search(sample):
        cjk = "Noto Sans CJK KR"
    return [family.format(cjk=cjk) for family in FALLBACKS]
