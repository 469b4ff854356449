"""A realistic plant of any size, made by a seed: for demonstrations and for load tests.

Pumps (P-100) of a motor that came from elsewhere and a controller board made here, with reels
that change, lots that run out, tests that fail, rework, replaced motors, cartons, shipments and
field returns. Everything goes through the verbs that stations use; only the clock is moved. The
same seed makes the same plant.
"""

from firstoff.services.demo.plant.loading import Loaded, PlantSize, load_plant

__all__ = ["Loaded", "PlantSize", "load_plant"]
