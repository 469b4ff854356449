"""Templates: which gates a program passes, and what each asks for."""

from dataclasses import dataclass

from firstoff.errors import InvalidInput

STATEMENT = "statement"
EARLIER_GATES = "earlier_gates_passed"


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """A criterion that a template asks for at a gate. ``hard``: no waiver exists for it (R-5).

    A statement has a ``key`` of its own and says in ``claim`` what a person states and signs;
    ``computed`` is the kind of criterion that decides it where records can: then nobody does.
    """

    kind: str
    key: str = ""
    claim: str = ""
    hard: bool = False
    computed: str = ""

    @property
    def name(self) -> str:
        """What statements, waivers and findings call it."""
        return f"{self.kind}:{self.key}" if self.key else self.kind


@dataclass(frozen=True, slots=True)
class GateSpec:
    number: int
    name: str
    short: str
    opens_when: str
    criteria: tuple[CriterionSpec, ...]
    hard: bool = False  # may not be jumped over by waiver


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    name: str
    gates: tuple[GateSpec, ...]

    def gate(self, number: int) -> GateSpec:
        """The gate with this number. Raises InvalidInput."""
        for gate in self.gates:
            if gate.number == number:
                return gate
        raise InvalidInput(
            f"The template {self.key} has no gate {number}; it has 1 to {len(self.gates)}.",
            field="gate",
        )


def _states(key: str, claim: str, *, hard: bool = False, computed: str = "") -> CriterionSpec:
    return CriterionSpec(STATEMENT, key, claim, hard, computed)


def _gate(
    number: int,
    name: str,
    short: str,
    opens_when: str,
    *criteria: CriterionSpec,
    hard: bool = False,
) -> GateSpec:
    before = (CriterionSpec(EARLIER_GATES),) if number > 1 else ()
    return GateSpec(number, name, short, opens_when, (*criteria, *before), hard)


SMALL_BATCH = Template(
    "small-batch",
    "Small batch: from a prototype that works to a few hundred or thousand units",
    (
        _gate(
            1,
            "Product definition",
            "Definition",
            "Function, performance envelope, materials and limits are stated; every "
            "characteristic that matters has a tolerance.",
            _states(
                "function", "Function, performance envelope, materials and limits are stated."
            ),
            _states("tolerances", "Every characteristic that matters has a tolerance."),
            # Records know the tolerances of what was entered, not what was left out.
            CriterionSpec("tolerances_stated"),
        ),
        _gate(
            2,
            "Technical package",
            "Package",
            "The package is complete enough to quote from.",
            _states("queries", "No clarification query is open.", computed="queries_answered"),
            _states(
                "package",
                "Drawings, BOM, finishes, assembly sequence, measurement chart and certificates "
                "are in the package.",
                computed="package_complete",
            ),
        ),
        _gate(
            3,
            "Sourcing",
            "Sourcing",
            "Every line has a qualified source; critical or long-lead lines an alternate.",
            _states("sources", "Every line has a qualified source.", computed="lines_covered"),
            _states(
                "alternates",
                "Every critical or long-lead line has a qualified, stocked alternate.",
                computed="alternates_stocked",
            ),
            _states(
                "terms",
                "MOQ and lead time of every line fit the plan.",
                computed="terms_fit",
            ),
            _states(
                "compliance",
                "Compliance is declared for every line.",
                computed="compliance_declared",
            ),
        ),
        _gate(
            4,
            "Design for manufacture",
            "DFM",
            "All DFM findings are closed or accepted by signature; the design is frozen.",
            _states(
                "findings",
                "All DFM findings are closed or accepted by signature.",
                computed="dfm_findings_closed",
            ),
            _states(
                "capability",
                "Tolerances are inside what the process can hold.",
                computed="tolerances_held",
            ),
            CriterionSpec("design_frozen"),
            CriterionSpec("no_open_design_defect"),
        ),
        _gate(
            5,
            "Sample batch",
            "Sample",
            "10 to 20 units; critical dimensions within tolerance; deviations answered.",
            _states("units", "10 to 20 sample units were built."),
            _states("dimensions", "All critical dimensions are within tolerance."),
            _states("deviations", "Every deviation is in the log and answered."),
        ),
        _gate(
            6,
            "Pre-production sample",
            "Pre-prod.",
            "Made of the bulk materials on the production tooling; approved and kept.",
            _states(
                "tooling", "It was made on production tooling with bulk materials.", hard=True
            ),
            _states("specification", "It matches the specification."),
            _states("standard", "It is approved and kept as the binding standard."),
            CriterionSpec("production_intent_material"),
            hard=True,
        ),
        _gate(
            7,
            "Pilot run and process sign-off",
            "Pilot",
            "The first article passed; a fresh batch clears the bar that was locked beforehand; "
            "instructions cover every operation; jigs are named; build time is known.",
            CriterionSpec("pilot_run_signed_off", hard=True),
            CriterionSpec("bar_locked_before_first_unit", hard=True),
            CriterionSpec("counting_units_complete"),
            CriterionSpec("rejects_within_bar"),
            CriterionSpec("build_time_within_bar"),
            CriterionSpec("first_pass_yield_within_bar"),
            CriterionSpec("capability_within_bar"),
            CriterionSpec("first_article_passed"),
            CriterionSpec("no_failed_test_counted_good"),
            CriterionSpec("no_unknown_causes"),
            CriterionSpec("no_open_design_defect"),
            CriterionSpec("actions_in_force_before_batch"),
            CriterionSpec("process_changed_since_last_try"),
            CriterionSpec("instructions_cover_every_operation"),
            CriterionSpec("jigs_named"),
            CriterionSpec("standard_times_known"),
            CriterionSpec("production_intent_material"),
            hard=True,
        ),
        _gate(
            8,
            "Production",
            "Production",
            "First article and top-of-production inspection pass; in-line control is in force.",
            _states("first_article", "First article and top-of-production inspection passed."),
            _states("inline", "In-line control is in force."),
            _states("rate", "The defect rate is inside its control limits."),
        ),
        _gate(
            9,
            "Final inspection and delivery",
            "Delivery",
            "Final random inspection accepted; batch record complete; labels verified.",
            _states("inspection", "The final random inspection accepted the lot."),
            _states("record", "The batch record is complete."),
            _states("labels", "Batch labels are applied and verified by scan."),
        ),
    ),
)

TEMPLATES: tuple[Template, ...] = (SMALL_BATCH,)


def template(key: str) -> Template:
    """The template with this key. Raises InvalidInput listing those there are."""
    for found in TEMPLATES:
        if found.key == key:
            return found
    known = ", ".join(t.key for t in TEMPLATES)
    raise InvalidInput(f"There is no template {key}; there is {known}.", field="template")
