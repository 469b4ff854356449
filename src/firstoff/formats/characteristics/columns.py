"""The columns of a table of characteristics: their headers, what they mean, an example of each.

The reader and the reference page take them from here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firstoff.errors import InvalidInput
from firstoff.formats.tables import normal_header


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One meaning. ``words`` head such a column; ``weak`` ones do so only where no other column
    has the meaning."""

    field: str
    meaning: str
    example: str
    words: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


COLUMNS: tuple[TableColumn, ...] = (
    TableColumn(
        "number", "Balloon number on the drawing. It must be there.", "12",
        ("balloon", "balloon no", "balloon number", "balloon id", "bubble", "bubble no",
         "bubble number", "char no", "char number", "char num", "char id", "characteristic no",
         "characteristic number", "characteristic id", "dim no", "dim number", "dimension no",
         "dimension number", "feature no", "feature number", "merkmal nr", "merkmalnummer",
         "merkmals nr", "ballon", "ballon nr", "number", "positionsnummer", "char"),
        ("item", "item no", "item number", "no", "nr", "num", "id", "pos", "position no", "ref",
         "line", "lfd nr", "sr no", "s no", "sl no", "seq", "tag"),
    ),
    TableColumn(
        "name", "What it is of.", "Bore for the bearing",
        ("name", "characteristic name", "char name", "feature name", "dimension name",
         "merkmal", "merkmalsbezeichnung", "bezeichnung", "characteristic description",
         "feature description", "dimension description"),
        ("description", "feature", "characteristic", "dimension", "parameter", "benennung",
         "product characteristic", "product", "designation", "beschreibung", "features"),
    ),
    TableColumn(
        "requirement", "What the drawing asks for, as it writes it.", "Ø 12.50 ±0.05",
        ("requirement", "requirements", "drawing requirement", "blueprint requirement",
         "specification", "spec", "specification tolerance", "product specification",
         "product process specification tolerance", "print requirement", "forderung",
         "anforderung", "spezifikation", "drawing specification", "nominal and tolerance",
         "dimension and tolerance", "dimension tolerance", "drawing dimension", "exigence"),
        ("value", "drawing", "print", "blueprint"),
    ),
    TableColumn(
        "nominal", "The nominal, or the basic dimension.", "12.5",
        ("nominal", "nominal value", "nominal dimension", "nom", "target", "target value",
         "nennmaß", "nennmass", "nennwert", "sollwert", "soll", "basic", "basic dimension",
         "valeur nominale", "nominal size"),
        ("size",),
    ),
    TableColumn(
        "plus", "Upper deviation from the nominal.", "0.1",
        ("upper tolerance", "upper tol", "plus tol", "plus tolerance", "tol plus",
         "tolerance plus", "upper deviation", "oberes abmaß", "oberes abmass",
         "positive tolerance", "tol upper",
         "tolerance upper", "max tolerance", "utol", "upper dev", "es", "ob abmaß", "tol max"),
    ),
    TableColumn(
        "minus", "Lower deviation from the nominal; its sign may be left out.", "0.2",
        ("lower tolerance", "lower tol", "minus tol", "minus tolerance", "tol minus",
         "tolerance minus", "lower deviation", "unteres abmaß", "unteres abmass",
         "negative tolerance", "tol lower", "tolerance lower", "min tolerance", "ltol",
         "lower dev", "ei", "tol min"),
    ),
    TableColumn(
        "tolerance", "Tolerance about the nominal, or width of the zone of a callout.", "±0.05",
        ("tolerance", "tol", "toleranz", "tolerance value", "tolérance", "tol value"),
    ),
    TableColumn(
        "upper", "The largest that conforms.", "12.55",
        ("usl", "upper limit", "upper spec limit", "upper specification limit", "max", "maximum",
         "upper", "max limit", "ul", "osg", "obere grenze", "oberer grenzwert", "höchstmaß",
         "hoechstmass", "og", "high limit", "hi limit", "max value", "upper bound"),
        ("high",),
    ),
    TableColumn(
        "lower", "The smallest that conforms.", "12.45",
        ("lsl", "lower limit", "lower spec limit", "lower specification limit", "min", "minimum",
         "lower", "min limit", "ll", "usg", "untere grenze", "unterer grenzwert", "mindestmaß",
         "mindestmass", "ug", "low limit", "lo limit", "min value", "lower bound"),
        ("low",),
    ),
    TableColumn(
        "unit", "Unit of all numbers of the row.", "mm",
        ("unit", "units", "uom", "unit of measure", "einheit", "unité", "unit of measurement"),
    ),
    TableColumn(
        "class", "Critical, major or minor; CC and ▽ are critical, SC, KC and ◆ major.", "CC",
        ("class", "classification", "criticality", "char class", "characteristic class",
         "special characteristic", "special characteristics", "special char", "special char class",
         "cc sc", "sc cc", "key characteristic", "klasse", "severity class", "importance",
         "characteristic designator", "designator", "besonderes merkmal", "kritikalität",
         "classe", "key"),
        ("priority", "rank", "category"),
    ),
    TableColumn(
        "symbol", "Geometric tolerance, as sign or name.", "position",
        ("symbol", "gd t", "gd&t", "gdt", "geometric tolerance", "geometric characteristic",
         "gd t symbol", "gd&t symbol", "gdt symbol", "geometrische toleranz", "form tolerance"),
        ("type", "characteristic type", "char type", "dimension type", "art"),
    ),
    TableColumn(
        "callout", "The whole feature control frame.", "⌖ ⌀0.1 Ⓜ A B C",
        ("callout", "feature control frame", "fcf", "gd t callout", "gd&t callout",
         "tolerance frame", "toleranzrahmen"),
    ),
    TableColumn(
        "condition", "Material condition of the callout.", "M",
        ("material condition", "modifier", "material modifier", "mmc lmc", "mmc"),
    ),
    TableColumn(
        "datums", "Datums of the callout in their order.", "A B(M) C",
        ("datum", "datums", "datum reference", "datum references", "bezug", "bezüge", "drf",
         "datum reference frame", "datum refs"),
    ),
    TableColumn(
        "zone", "Where it is on the drawing.", "B4",
        ("zone", "drawing zone", "reference location", "ref location", "location", "sheet zone",
         "zone location", "drawing location", "print location", "zeichnungsfeld", "feld",
         "sheet and zone", "page zone"),
        ("sheet", "page", "view", "blatt"),
    ),
    TableColumn(
        "method", "How it is measured.", "CMM",
        ("method", "inspection method", "measurement method", "measuring method", "test method",
         "evaluation method", "evaluation technique", "measurement technique", "prüfmethode",
         "evaluation measurement technique", "prüfverfahren", "verification method",
         "méthode", "inspection technique"),
    ),
    TableColumn(
        "gauge", "Code of the measuring equipment.", "CAL-07",
        ("gauge", "gage", "gauge id", "gage id", "instrument", "measuring equipment",
         "measurement equipment", "measuring device", "measurement device", "prüfmittel",
         "inspection equipment", "measuring instrument", "gauge code", "gage no", "gauge no",
         "messmittel", "equipment"),
        ("designed qualified tooling", "tooling", "designed tooling", "tool"),
    ),
    TableColumn(
        "form", "How limits are stated: bilateral, unilateral, basic, reference.", "basic",
        ("form", "limit form", "tolerance type", "limit type", "basic ref"),
    ),
    TableColumn(
        "kind", "Variable (measured) or attribute (conforms or not).", "variable",
        ("kind", "data type", "variable attribute", "variable or attribute", "merkmalsart",
         "characteristic kind", "variables attributes"),
    ),
    TableColumn(
        "places", "How often the drawing says it is there.", "4",
        ("places", "qty", "quantity", "no of places", "number of places", "instances", "anzahl"),
    ),
    TableColumn(
        "notes", "Anything else.", "after plating",
        ("notes", "note", "comment", "comments", "remark", "remarks", "bemerkung", "bemerkungen"),
    ),
    TableColumn("source_id", "UUID of it in a plan.", "", ("uuid", "source id", "qif id")),
)  # fmt: skip

_FIELDS = {column.field: column for column in COLUMNS}
_STRONG = {
    normal_header(word): column.field
    for column in COLUMNS
    for word in (column.field, *column.words)
}
_WEAK = {normal_header(word): column.field for column in COLUMNS for word in column.weak}
_SIGNED = re.compile(
    r"(?P<before>[+\-−–])?\s*(?:tol(?:erance|\.)?|dev(?:iation)?|toleranz|abma(?:ß|ss))\s*"
    r"[(\[]?\s*(?P<after>[+\-−–])?\s*[)\]]?",
    re.IGNORECASE,
)
_FIELD_NUMBER = re.compile(r"^\s*\d{1,2}[a-z]?\s*[.):\-]\s*(?=\D)")
_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$")


def field_of(header: str, *, weak: bool = True) -> str | None:
    """What a header means; None where nobody knows it. AS9102 numbers its fields: ``5. Char No.``
    is read without that number."""
    text = header.strip()
    if text in ("#", "№", "Nº", "N°"):
        return "number" if weak else None
    for way in (text, _FIELD_NUMBER.sub("", text), _IN_BRACKETS.sub("", text).strip()):
        if match := _SIGNED.fullmatch(way):
            sign = match["before"] or match["after"]
            return "tolerance" if not sign else "plus" if sign == "+" else "minus"
        plain = normal_header(way)
        if plain in _STRONG:
            return _STRONG[plain]
        if weak and plain in _WEAK:
            return _WEAK[plain]
    return None


def unit_in(header: str) -> str:
    """A unit in brackets behind a header: ``Nominal (mm)``."""
    match = _IN_BRACKETS.search(header.strip())
    return match[1].strip() if match and match[1].strip() not in ("+", "-", "±") else ""


def recogniser(mapping: Mapping[str, str], *, weak: bool) -> Callable[[str], str | None]:
    """``field_of`` with a person's corrections first: header -> field, "" for none.

    Raises InvalidInput for a field that there is not."""
    corrected: dict[str, str] = {}
    for header, field in mapping.items():
        if field and field not in _FIELDS:
            raise InvalidInput(
                f"Mapping of column {header!r}: no field {field!r}; expected one of "
                f"{', '.join(sorted(_FIELDS))}.",
                code="unknown-field",
                column=header,
                found=field,
                expected=sorted(_FIELDS),
            )
        corrected[normal_header(header) or header.strip()] = field
    taken = set(corrected.values())

    def recognise(header: str) -> str | None:
        key = normal_header(header) or header.strip()
        if key in corrected:
            return corrected[key] or None
        field = field_of(header, weak=weak)
        # A mapped column wins over another one whose header happens to mean the same.
        return None if field in taken else field

    return recognise
