"""What a reader must know beside the number: caveats are data, each with its sentence."""

from enum import StrEnum


class Caveat(StrEnum):
    """A reason to read a result with care. The value is stable; ``sentence`` is for a person."""

    NONE_SEEN = "none-seen"
    ALL_SEEN = "all-seen"
    SMALL_SAMPLE = "small-sample"
    ALWAYS_ACCEPTS = "always-accepts"
    LOT_ROUNDED = "lot-rounded"
    LARGE_TABLE = "large-table"
    APPROXIMATE = "approximate"
    NOT_NORMAL = "not-normal"
    NOT_STABLE = "not-stable"
    ONE_LIMIT = "one-limit"
    OUTSIDE_SEEN = "outside-seen"
    NEGATIVE_VARIANCE = "negative-variance"
    FEW_CATEGORIES = "few-categories"
    FEW_FAILURES = "few-failures"
    NOT_FIT = "not-fit"
    ONE_SOURCE = "one-source"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES: dict[Caveat, str] = {
    Caveat.NONE_SEEN: "None was seen: the lower bound is zero by construction, not by evidence.",
    Caveat.ALL_SEEN: "All were hit: the upper bound is one by construction, not by evidence.",
    Caveat.SMALL_SAMPLE: "The sample is small: read the bound, not the estimate.",
    Caveat.ALWAYS_ACCEPTS: "The accept number reaches the sample size: every lot is accepted.",
    Caveat.LOT_ROUNDED: "A lot holds whole units: the rates were moved to whole numbers of them.",
    Caveat.LARGE_TABLE: "The table is too large for the unconditional test; Fisher's test stands.",
    Caveat.APPROXIMATE: "The interval is an approximation; the method's page says how close.",
    Caveat.NOT_NORMAL: "The values do not look normal: the normal model may mislead.",
    Caveat.NOT_STABLE: "The series is not stable: its past does not speak for its future.",
    Caveat.ONE_LIMIT: "With one limit there is no Cp and no Pp.",
    Caveat.OUTSIDE_SEEN: "Values outside the limits were seen.",
    Caveat.NEGATIVE_VARIANCE: "A variance component came out negative and was set to zero.",
    Caveat.FEW_CATEGORIES: "The gauge tells fewer than five categories of parts apart.",
    Caveat.FEW_FAILURES: "Few failures were seen: the fit leans on very little.",
    Caveat.ONE_SOURCE: "These numbers rest on one printed source, and on how their curve runs.",
    Caveat.NOT_FIT: "The model does not fit these data well.",
}
