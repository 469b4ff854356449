"""OpenHTF: one line hands every test record to Firstoff.

test.add_output_callbacks(firstoff_station.openhtf.upload(station, part="CC-1"))
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from firstoff_station.files import content_record
from firstoff_station.station import Station


def upload(station: Station, **fields: object) -> Callable[[Any], None]:
    """An output callback that keeps the record, as OpenHTF itself writes it, attachments included.

    fields: what the record does not say, such as ``part`` or ``batch``. The callback returns when
    the record is safe on disk, and raises NotAccepted where it cannot be kept, so that OpenHTF
    reports it.
    """

    def callback(test_record: Any) -> None:
        from openhtf.output.callbacks import json_factory

        text = io.BytesIO()
        json_factory.OutputToJSON(text, inline_attachments=True)(test_record)
        ended = test_record.end_time_millis or time.time() * 1000
        name = f"{test_record.dut_id or 'unknown'}.{int(ended)}.openhtf.json"
        record = content_record(name, text.getvalue(), ended / 1000, importer="openhtf", **fields)
        station.record_all([record])

    return callback
