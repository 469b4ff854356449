"""A file that a machine or a test program wrote: all that is in it is recorded, or nothing."""

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.test import check_digest
from firstoff.rules.genealogy.values import Number, Posted, check_short


class FileHandedIn(Posted, frozen=True, kw_only=True, tag="file"):
    """``importer``: the kind of file; found by its content where nothing is said. ``part`` or
    ``batch`` says of what its units are; the part numbers of the file where neither does."""

    name: str
    content: bytes  # base64 in JSON
    sha256: str = ""
    importer: str = ""
    part: str = ""
    batch: str = ""
    operation: Number | None = None

    def check(self) -> None:
        check_short(self.name, "name of the file", "name", longest=300)
        if not self.content:
            raise InvalidInput(f"{self.name} is empty.", field="content")
        if self.sha256:
            check_digest(self.sha256, "sha256")

    @property
    def about(self) -> str:
        return self.name


def check_whole(file: FileHandedIn, sha256: str) -> None:
    """Raises InvalidInput where the content is not what was sent. sha256: what it is."""
    if file.sha256 and file.sha256 != sha256:
        raise InvalidInput(
            f"{file.name} has the digest {sha256[:12]}, not {file.sha256[:12]}: it is not whole.",
            way_out="Send it again.",
            field="sha256",
        )
