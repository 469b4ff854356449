"""Units and packages out of a package; everything in it where none is named."""

from firstoff.rules.genealogy.pack import HasContents, check_contents
from firstoff.rules.genealogy.values import check_name


class Unpacked(HasContents, frozen=True, kw_only=True, tag="unpack"):
    package: str
    reason: str = ""

    def check(self) -> None:
        check_name(self.package, "package", "package")
        check_contents(self)
