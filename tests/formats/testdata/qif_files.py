"""QIF documents for tests, in the element names of 2.0 and of 3.0, and short ways to read them."""

from firstoff.formats.testdata.drafts import ImportResult, MeasurementDraft, ReadOptions, TestDraft
from firstoff.formats.testdata.qif import read

PRIMARY = (
    "<FileUnits><PrimaryUnits><LinearUnit><UnitName>mm</UnitName><UnitConversion>"
    "<Factor>0.001</Factor></UnitConversion></LinearUnit><AngularUnit><UnitName>degree</UnitName>"
    "</AngularUnit></PrimaryUnits></FileUnits>"
)
FRAMES = (
    '<DatumDefinitions n="2"><DatumDefinition id="71"><DatumLabel>A</DatumLabel></DatumDefinition>'
    '<DatumDefinition id="72"><DatumLabel>B</DatumLabel></DatumDefinition></DatumDefinitions>'
    '<DatumReferenceFrames n="1"><DatumReferenceFrame id="73"><Datums n="2">'
    "<Datum><SimpleDatum><DatumDefinitionId>71</DatumDefinitionId></SimpleDatum></Datum>"
    "<Datum><SimpleDatum><DatumDefinitionId>72</DatumDefinitionId>"
    "<MaterialModifier>MAXIMUM</MaterialModifier></SimpleDatum></Datum>"
    "</Datums></DatumReferenceFrame></DatumReferenceFrames>"
)


def tolerance(low, high, *, limit="true", unit="") -> str:
    given = f' linearUnit="{unit}"' if unit else ""
    return (
        f"<Tolerance><MaxValue{given}>{high}</MaxValue><MinValue{given}>{low}</MinValue>"
        f"<DefinedAsLimit>{limit}</DefinedAsLimit></Tolerance>"
    )


def characteristic(
    number: int, kind="Diameter", *, inner="", target="", name="", balloon="", uuid=""
) -> tuple[str, str, str]:
    """Definition, nominal and item; their ids are 100, 200 and 300 more than the number."""
    mark = f"<Designator>{balloon}</Designator><UUID>{uuid}</UUID>" if balloon or uuid else ""
    mark = f"<CharacteristicDesignator>{mark}</CharacteristicDesignator>" if mark else ""
    named = f"<Name>{name}</Name>" if name else ""
    return (
        f'<{kind}CharacteristicDefinition id="{100 + number}">{inner}'
        f"</{kind}CharacteristicDefinition>",
        f'<{kind}CharacteristicNominal id="{200 + number}">'
        f"<CharacteristicDefinitionId>{100 + number}</CharacteristicDefinitionId>{target}"
        f"</{kind}CharacteristicNominal>",
        f'<{kind}CharacteristicItem id="{300 + number}">{named}{mark}'
        f"<CharacteristicNominalId>{200 + number}</CharacteristicNominalId>"
        f"</{kind}CharacteristicItem>",
    )


BORE = characteristic(
    1, inner=tolerance("9.98", "10.02"), target="<TargetValue>10.00</TargetValue>",
    name="Bore", balloon="12", uuid="u-12",
)  # fmt: skip
FLAT = characteristic(2, "Flatness", inner="<ToleranceValue>0.05</ToleranceValue>", name="Flat")


def measured(number: int, value="10.01", status="PASS", *, kind="Diameter", more="") -> str:
    figure = f"<Value>{value}</Value>" if value is not None else ""
    return (
        f'<{kind}CharacteristicMeasurement id="{400 + number}"><Status><CharacteristicStatusEnum>'
        f"{status}</CharacteristicStatusEnum></Status>"
        f"<CharacteristicItemId>{300 + number}</CharacteristicItemId>{more}{figure}"
        f"</{kind}CharacteristicMeasurement>"
    )


def results(*measurements: str, status="PASS", component="60", number="50", more="") -> str:
    inner = "".join(measurements)
    if inner:
        count = len(measurements)
        inner = (
            f'<MeasuredCharacteristics><CharacteristicMeasurements n="{count}">{inner}'
            "</CharacteristicMeasurements></MeasuredCharacteristics>"
        )
    named = f'<ActualComponentIds n="1"><Id>{component}</Id></ActualComponentIds>'
    return (
        f'<MeasurementResults id="{number}">{more}{inner}<InspectionStatus><InspectionStatusEnum>'
        f"{status}</InspectionStatusEnum></InspectionStatus>{named if component else ''}"
        "</MeasurementResults>"
    )


def component(serial="SN-1", status="PASS", number="60") -> str:
    named = f"<SerialNumber>{serial}</SerialNumber>" if serial else ""
    return (
        f'<ActualComponentSet n="1"><ActualComponent id="{number}">{named}<Status>'
        f"<InspectionStatusEnum>{status}</InspectionStatusEnum></Status></ActualComponent>"
        "</ActualComponentSet>"
    )


UNIT = component()


def document(
    characteristics=(), result=(), components=(UNIT,), *, head=PRIMARY + FRAMES,
    tail="", id_max="999",
) -> bytes:  # fmt: skip
    aspects = ["", "", ""]
    for each in characteristics:
        aspects = [held + new for held, new in zip(aspects, each, strict=True)]
    count = len(characteristics)
    plan = "".join(
        f'<Characteristic{name} n="{count}">{held}</Characteristic{name}>'
        for name, held in zip(("Definitions", "Nominals", "Items"), aspects, strict=True)
    )
    held = ""
    if result:
        held = (
            f'<Results><MeasurementResultsSet n="{len(result)}">{"".join(result)}'
            f'</MeasurementResultsSet><ActualComponentSets n="{len(components)}">'
            f"{''.join(components)}</ActualComponentSets></Results>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<QIFDocument '
        f'xmlns="http://qifstandards.org/xsd/qif3" versionQIF="3.0.0" idMax="{id_max}">\n'
        f"<QPId>doc-1</QPId>{head}<Product><PartSet n='1'><Part id='8'><ModelNumber>HSG-7"
        f"</ModelNumber><Version>B</Version></Part></PartSet></Product>\n"
        f"<Characteristics>{plan}</Characteristics>\n{held}{tail}</QIFDocument>\n"
    ).encode()


def older(raw: bytes) -> bytes:
    """The same document in the names of QIF 2.0."""
    text = raw.decode()
    for new, old in (
        ("xsd/qif3", "xsd/qif2"), ('"3.0.0"', '"2.0.0"'),
        ("<Results>", "<MeasurementsResults>"), ("</Results>", "</MeasurementsResults>"),
        ("CharacteristicMeasurements", "CharacteristicActuals"),
        ("CharacteristicMeasurement", "CharacteristicActual"), (' n="', ' N="'),
        ("<QPId>doc-1</QPId>",
         "<Version><ThisInstanceQPId>doc-1</ThisInstanceQPId></Version>"), (' idMax="999"', ""),
    ):  # fmt: skip
        text = text.replace(new, old)
    return text.encode()


def take(raw: bytes, name="r.qif", companion: bytes | None = None) -> ImportResult:
    return read(raw, name=name, options=ReadOptions(companion=companion))


def one(*measurements: str, characteristics=(BORE, FLAT), **given) -> TestDraft:
    result = take(document(characteristics, [results(*measurements, **given)]))
    assert result.refused == ()
    return result.tests[0]


def value(*measurements: str, **given) -> MeasurementDraft:
    return one(*measurements, **given).measurements[0]
