"""B2MML documents for tests."""


def document(inside: str, noun: str = "MaterialInformation") -> bytes:
    return (
        f'<?xml version="1.0"?><Sync{noun} xmlns="http://www.mesa.org/xml/B2MML-V0600">'
        "<ApplicationArea><CreationDateTime>2026-05-04T08:00:00Z</CreationDateTime>"
        f"</ApplicationArea><DataArea><{noun}>{inside}</{noun}></DataArea></Sync{noun}>"
    ).encode()


def quantity(number: str = "1.50", unit: str = "KG") -> str:
    return (
        f"<Quantity><QuantityString>{number}</QuantityString><DataType>decimal</DataType>"
        f"<UnitOfMeasure>{unit}</UnitOfMeasure></Quantity>"
    )


def lot(name: str = "L-7", inside: str = "") -> str:
    return (
        f"<MaterialLot><ID>{name}</ID><MaterialDefinitionID>GLZ</MaterialDefinitionID>{inside}"
        "</MaterialLot>"
    )


def actual(inside: str = "", use: str = "Consumed") -> bytes:
    return document(
        "<ProductionResponse><ID>R1</ID><ProductionRequestID>O-9</ProductionRequestID>"
        "<SegmentResponse><ID>S1</ID><ProcessSegmentID>Weighing</ProcessSegmentID>"
        "<ActualEndTime>2026-05-04T09:00:00.1234567Z</ActualEndTime><MaterialActual>"
        "<MaterialDefinitionID>GLZ</MaterialDefinitionID><MaterialLotID>L-7</MaterialLotID>"
        f"<MaterialUse>{use}</MaterialUse>{inside}</MaterialActual></SegmentResponse>"
        "</ProductionResponse>",
        "ProductionPerformance",
    )
