"""Files of machines and stations taken in as records, once however often they come."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from firstoff.formats.sources import RawSource
from firstoff.formats.testdata.drafts import ReadOptions
from firstoff.formats.testdata.posting import Placing
from firstoff.rules.access import Actor
from firstoff.services.genealogy.files import file_records
from firstoff.services.genealogy.post import Answer, Mode, post_records


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the records of a file. ``warnings`` name what is no record, and why."""

    file_name: str
    kind: str
    sha256: str
    stored: int
    already: int
    begun: int  # units that nobody had started
    refused: tuple[Answer, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def import_file(
    *,
    site_id: int,
    raw: RawSource,
    by: Actor,
    at: datetime,
    name: str = "",
    kind: str = "",
    companion: RawSource | None = None,
    placing: Placing | None = None,
    start_missing: bool = False,
    mode: Mode = "all",
    options: ReadOptions | None = None,
) -> Imported:
    """Take the tests, parts, repairs, lots and consumption of a file: all of it or nothing.

    placing: the part or the batch of its units and the operation, which files of machines do not
    name; the part numbers of the file where neither is given. start_missing: units that a record
    names and nobody recorded are begun with it, in the batch or as parts from elsewhere.
    Raises InvalidInput, and Refused as ``post_records`` does.
    """
    found = file_records(
        raw,
        site_id=site_id,
        name=name,
        kind=kind,
        placing=placing or Placing(),
        start_missing=start_missing,
        options=replace(options or ReadOptions(), companion=companion),
    )
    answer = post_records(
        site_id=site_id,
        records=found.records,
        by=by,
        at=at,
        mode=mode,
        largest=None,
        optional=found.optional,
        source=found.kind,
        details={"file": found.name, "sha256": found.sha256},
    )
    return Imported(
        found.name,
        found.kind,
        found.sha256,
        answer.count("stored"),
        answer.count("already"),
        found.begun,
        answer.refused,
        (*found.left_out, *(f"Left out: {a.message}" for a in answer.refused)),
    )
