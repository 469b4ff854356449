"""What is in a carton or on a pallet, at any depth."""

from dataclasses import dataclass

from firstoff.rules.trace.conditions.base import Condition, Field, Moment, utc


@dataclass(frozen=True, slots=True)
class Package(Condition):
    kind = "package"
    title = "Package"
    fields = (Field("package", "Package", required=True),)

    package: str

    def sentence(self, moment: Moment = utc) -> str:
        return f"package {self.package}"
