"""The words of CBV 2.0, in the three ways they are written.

EPCIS 2.0 writes the short name (``shipping``); linked data the web URI
(``https://ref.gs1.org/cbv/BizStep-shipping``, or ``cbv:BizStep-shipping``); EPCIS 1.x the URN
(``urn:epcglobal:cbv:bizstep:shipping``), which JSON documents may no longer hold.
Source: GS1 Core Business Vocabulary 2.0, sections 7.1 to 7.7.
"""

from dataclasses import dataclass, field

_CBV = "https://ref.gs1.org/cbv/"
_URN = "urn:epcglobal:cbv:"


@dataclass(frozen=True, slots=True)
class Words:
    """One list of words. ``web`` and ``urn`` are what stands before a word in its URIs."""

    name: str
    words: tuple[str, ...]
    webs: tuple[str, ...]
    urn: str = ""
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset(self.words))

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def short(self, term: str) -> str:
        """The short name of a term in whichever way it is written; another term as it is."""
        for prefix in (*self.webs, self.urn):
            if prefix and term.startswith(prefix) and term[len(prefix) :] in self._known:
                return term[len(prefix) :]
        return term

    def uri(self, term: str) -> str:
        """The web URI of a known word; another term as it is."""
        word = self.short(term)
        return self.webs[0] + word if word in self._known else term


def _cbv(name: str, web: str, urn: str, words: str) -> Words:
    prefix = f"{_URN}{urn}:" if urn else ""
    return Words(name, tuple(words.split()), (f"{_CBV}{web}-", f"cbv:{web}-"), prefix)


def _gs1(name: str, words: str) -> Words:
    webs = ("https://gs1.org/voc/", "https://www.gs1.org/voc/", "gs1:")
    return Words(name, tuple(words.split()), webs)


BIZ_STEP = _cbv(
    "bizStep",
    "BizStep",
    "bizstep",
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping""",
)

DISPOSITION = _cbv(
    "disposition",
    "Disp",
    "disp",
    """active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
    no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
    retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown""",
)

BIZ_TRANSACTION = _cbv(
    "business transaction type",
    "BTT",
    "btt",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
)

SOURCE_DEST = _cbv(
    "source or destination type", "SDT", "sdt", "owning_party possessing_party location"
)

ERROR_REASON = _cbv("error reason", "ER", "er", "did_not_occur incorrect_data")

COMPONENT = _cbv(
    "component",
    "Comp",
    "",
    """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting
    northing latitude longitude altitude""",
)

ALERT = _gs1("sensor alert", "ALARM_CONDITION ERROR_CONDITION")

MEASUREMENT = _gs1(
    "measurement type",
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
    KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
    Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
    SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage
    Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber""",
)

ACTIONS = ("ADD", "DELETE", "OBSERVE")
