"""The station's side of Firstoff: records are kept on disk first, then handed over.

    from firstoff_station import Station

    station = Station("https://firstoff.example.com", token="fo_...")
    station.record("operation", batch="CC1-P2", serial="CC1-021", operation=30, outcome="pass")

``record`` returns when the record is safe on this station's disk. A thread hands it over; without
the network it waits, for a week if need be, through kills, restarts and full disks. The server
stores each record once however often it is sent.
"""

from firstoff_station.errors import NotAccepted, ServerRefused, StationError
from firstoff_station.files import file_record
from firstoff_station.ids import uuid7
from firstoff_station.station import Station, Status

__version__ = "0.1.0"
__all__ = [
    "NotAccepted",
    "ServerRefused",
    "Station",
    "StationError",
    "Status",
    "file_record",
    "uuid7",
]
