"""The golden pilot as a demonstration: loaded through the same verbs that everybody uses.

Only the clock is moved: what happened is recorded at the times it would have happened.
"""

from firstoff.services.demo.guide import DemoGuide, DemoPerson, LookAt
from firstoff.services.demo.plant import PlantSize, load_plant
from firstoff.services.demo.story import load

__all__ = ["DemoGuide", "DemoPerson", "LookAt", "PlantSize", "load", "load_plant"]
