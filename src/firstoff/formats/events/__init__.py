"""Events that plants exchange, one package or file a format."""

FORMATS = ("epcis",)
