"""What `from firstoff import stats` gives: read by type checkers and by `__init__.py`."""

from firstoff.stats.agreement import (
    Agreement,
    agreement,
)
from firstoff.stats.attribute_charts import (
    LaneyChart,
    c_chart,
    g_chart,
    laney_p_chart,
    laney_u_chart,
    np_chart,
    p_chart,
    t_chart,
    u_chart,
)
from firstoff.stats.batches import (
    BatchConsistency,
    Levene,
    OneWay,
    VarianceComponents,
    batch_consistency,
    levene,
    one_way_anova,
    variance_components,
)
from firstoff.stats.capability import (
    Capability,
    Indices,
    capability,
    expected_outside,
    indices,
    ppk_interval,
    ppk_lower_bound,
)
from firstoff.stats.capability_planning import (
    HoldableTolerance,
    holdable_tolerance,
    sample_size_for_capability,
)
from firstoff.stats.caveats import Caveat
from firstoff.stats.constants import ChartConstants, c4, chart_constants, d2, d2_star, d3
from firstoff.stats.control_charts import (
    ChartPair,
    ControlChart,
    dnom_chart,
    individuals_chart,
    moving_range_chart,
    xbar_acceptance,
    xbar_r_chart,
    xbar_s_chart,
    z_mr_chart,
)
from firstoff.stats.cost import (
    InspectionChoice,
    InspectionDecision,
    SamplingCost,
    inspection_choice,
    sampling_cost,
)
from firstoff.stats.demand import (
    DemandClass,
    DemandStability,
    Season,
    demand_stability,
)
from firstoff.stats.demonstration import (
    Demonstration,
    Weibayes,
    demonstrated_reliability,
    demonstration_size,
    demonstration_time,
    success_run_size,
    weibayes,
)
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain, StatsError, TooFewData
from firstoff.stats.fits import (
    Distribution,
    distribution,
    fit_distribution,
)
from firstoff.stats.gauge_reference import (
    Bias,
    Linearity,
    bias,
    linearity,
)
from firstoff.stats.gauge_rr import (
    Component,
    GaugeStudies,
    GaugeStudy,
    RangeFactors,
    RangeStudy,
    gauge_range,
    gauge_repeatability,
    gauge_rr,
    gauge_rr_many,
    gauge_rr_nested,
)
from firstoff.stats.gauge_sheet import (
    gauge_readings,
)
from firstoff.stats.gauge_stability import (
    GaugeStability,
    gauge_stability,
)
from firstoff.stats.gauge_variances import (
    AnovaRow,
)
from firstoff.stats.kappa import (
    IntraclassCorrelation,
    Kappa,
    cohen_kappa,
    cohen_kappa_table,
    fleiss_kappa,
    intraclass_correlation,
    light_kappa,
)
from firstoff.stats.learning import (
    LearningCurve,
    UnitTime,
    learning_curve,
)
from firstoff.stats.life_bounds import (
    LifeBounds,
    LikelihoodBound,
    weibull_bounds,
)
from firstoff.stats.many_capability import Capabilities, capabilities
from firstoff.stats.many_charts import (
    ChartPairs,
    ControlCharts,
    individuals_charts,
    xbar_r_charts,
    xbar_s_charts,
)
from firstoff.stats.many_count_charts import (
    LaneyCharts,
    c_charts,
    laney_p_charts,
    laney_u_charts,
    np_charts,
    p_charts,
    u_charts,
)
from firstoff.stats.many_memory_charts import (
    CusumCharts,
    cusum_charts,
    ewma_charts,
)
from firstoff.stats.many_rare_charts import g_charts, t_charts
from firstoff.stats.memory_charts import (
    CusumChart,
    cusum_arl,
    cusum_chart,
    ewma_arl,
    ewma_chart,
    shewhart_arl,
)
from firstoff.stats.multivariate_charts import (
    HotellingChart,
    hotelling_chart,
)
from firstoff.stats.nonnormal import (
    Johnson,
    Transform,
    TransformedCapability,
    box_cox,
    fit_johnson,
    transformed_capability,
    yeo_johnson,
)
from firstoff.stats.normality import (
    Normality,
    normality,
)
from firstoff.stats.pareto import Pareto, ParetoBar, pareto
from firstoff.stats.percentile_capability import PercentileCapability, percentile_capability
from firstoff.stats.process_time import ProcessTime, process_time
from firstoff.stats.proportions import (
    Comparison,
    Posterior,
    Prediction,
    Proportion,
    Proportions,
    beta_binomial_pmf,
    chance_within_tries,
    compare_proportions,
    further_clean_units,
    posterior,
    predict_rejects,
    proportion,
    proportions,
    rate_for_probability,
    sample_size_for_claim,
)
from firstoff.stats.rates import Rate, poisson_rate
from firstoff.stats.sampling import (
    OC,
    OutgoingLimit,
    SamplingPlan,
    find_plan,
    operating_characteristic,
    outgoing_limit,
    zero_acceptance_size,
)
from firstoff.stats.signals import (
    Signals,
    run_rules,
)
from firstoff.stats.stack import (
    FunctionStack,
    Link,
    LinkShare,
    Stack,
    function_stack,
    link,
    measured_link,
    stack,
)
from firstoff.stats.stack_simulation import (
    PredictedRejects,
    StackSimulation,
    predicted_rejects,
    simulate_stack,
)
from firstoff.stats.standard_plans import (
    StandardPlan,
    aql_labels,
    code_letter,
    draw_sample,
    standard_plan,
)
from firstoff.stats.summary import (
    Summary,
    summary,
)
from firstoff.stats.survival import (
    KaplanMeier,
    Mtbf,
    adjusted_ranks,
    kaplan_meier,
    median_rank,
    mtbf,
)
from firstoff.stats.switching import (
    LotOutcome,
    Switching,
    start_switching,
    switch,
    switch_all,
)
from firstoff.stats.tolerance_intervals import (
    CountInterval,
    OrderStatistic,
    ToleranceInterval,
    count_tolerance_interval,
    free_confidence,
    free_sample_size,
    free_tolerance_interval,
    free_upper_rank,
    normal_tolerance_interval,
    tolerance_factor,
)
from firstoff.stats.variables_judging import (
    VariablesCurve,
    VariablesDecision,
    judge_variables,
    variables_characteristic,
)
from firstoff.stats.variables_sampling import (
    Nonconforming,
    SequentialCurve,
    SequentialPlan,
    VariablesPlan,
    estimated_nonconforming,
    find_variables_plan,
    m_from_k,
    sequential_characteristic,
    sequential_plan,
    variables_acceptance,
)
from firstoff.stats.warranty import (
    FieldData,
    WarrantyProjection,
    field_data,
    warranty_projection,
)
from firstoff.stats.weibull import (
    Bounded,
    ExponentialFit,
    WeibullFit,
    WeibullLine,
    exponential,
    exponential_intervals,
    weibull,
    weibull_intervals,
    weibull_line,
)
from firstoff.stats.yields import (
    DefectsPerMillion,
    RolledYield,
    Yields,
    dpmo,
    rolled_throughput,
    yields,
)

# fmt: off
__all__ = [
    "OC", "Agreement", "AnovaRow", "BatchConsistency", "Bias", "Bounded", "Capabilities",
    "Capability", "Caveat", "ChartConstants", "ChartPair", "ChartPairs", "Comparison",
    "Component", "ControlChart", "ControlCharts", "CountInterval", "CusumChart", "CusumCharts",
    "DefectsPerMillion", "DemandClass", "DemandStability", "Demonstration", "Distribution",
    "ExponentialFit", "FieldData", "FunctionStack", "GaugeStability", "GaugeStudies",
    "GaugeStudy", "HoldableTolerance", "HotellingChart", "Indices", "InspectionChoice",
    "InspectionDecision", "IntraclassCorrelation", "Johnson", "KaplanMeier", "Kappa",
    "LaneyChart", "LaneyCharts", "LearningCurve", "Levene", "LifeBounds", "LikelihoodBound",
    "Linearity", "Link", "LinkShare", "LotOutcome", "Mtbf", "NoVariation", "Nonconforming",
    "Normality", "NotEstimable", "OneWay", "OrderStatistic", "OutOfDomain", "OutgoingLimit",
    "Pareto", "ParetoBar", "PercentileCapability", "Posterior", "PredictedRejects",
    "Prediction", "ProcessTime", "Proportion", "Proportions", "RangeFactors", "RangeStudy",
    "Rate", "RolledYield", "SamplingCost", "SamplingPlan", "Season", "SequentialCurve",
    "SequentialPlan", "Signals", "Stack", "StackSimulation", "StandardPlan", "StatsError",
    "Summary", "Switching", "ToleranceInterval", "TooFewData", "Transform",
    "TransformedCapability", "UnitTime", "VariablesCurve", "VariablesDecision",
    "VariablesPlan", "VarianceComponents", "WarrantyProjection", "Weibayes", "WeibullFit",
    "WeibullLine", "Yields", "adjusted_ranks", "agreement", "aql_labels", "batch_consistency",
    "beta_binomial_pmf", "bias", "box_cox", "c4", "c_chart", "c_charts", "capabilities",
    "capability", "chance_within_tries", "chart_constants", "code_letter", "cohen_kappa",
    "cohen_kappa_table", "compare_proportions", "count_tolerance_interval", "cusum_arl",
    "cusum_chart", "cusum_charts", "d2", "d2_star", "d3", "demand_stability",
    "demonstrated_reliability", "demonstration_size", "demonstration_time", "distribution",
    "dnom_chart", "dpmo", "draw_sample", "estimated_nonconforming", "ewma_arl", "ewma_chart",
    "ewma_charts", "expected_outside", "exponential", "exponential_intervals", "field_data",
    "find_plan", "find_variables_plan", "fit_distribution", "fit_johnson", "fleiss_kappa",
    "free_confidence", "free_sample_size", "free_tolerance_interval", "free_upper_rank",
    "function_stack", "further_clean_units", "g_chart", "g_charts", "gauge_range",
    "gauge_readings", "gauge_repeatability", "gauge_rr", "gauge_rr_many", "gauge_rr_nested",
    "gauge_stability", "holdable_tolerance", "hotelling_chart", "indices", "individuals_chart",
    "individuals_charts", "inspection_choice", "intraclass_correlation", "judge_variables",
    "kaplan_meier", "laney_p_chart", "laney_p_charts", "laney_u_chart", "laney_u_charts",
    "learning_curve", "levene", "light_kappa", "linearity", "link", "m_from_k",
    "measured_link", "median_rank", "moving_range_chart", "mtbf", "normal_tolerance_interval",
    "normality", "np_chart", "np_charts", "one_way_anova", "operating_characteristic",
    "outgoing_limit", "p_chart", "p_charts", "pareto", "percentile_capability", "poisson_rate",
    "posterior", "ppk_interval", "ppk_lower_bound", "predict_rejects", "predicted_rejects",
    "process_time", "proportion", "proportions", "rate_for_probability", "rolled_throughput",
    "run_rules", "sample_size_for_capability", "sample_size_for_claim", "sampling_cost",
    "sequential_characteristic", "sequential_plan", "shewhart_arl", "simulate_stack", "stack",
    "standard_plan", "start_switching", "success_run_size", "summary", "switch", "switch_all",
    "t_chart", "t_charts", "tolerance_factor", "transformed_capability", "u_chart", "u_charts",
    "variables_acceptance", "variables_characteristic", "variance_components",
    "warranty_projection", "weibayes", "weibull", "weibull_bounds", "weibull_intervals",
    "weibull_line", "xbar_acceptance", "xbar_r_chart", "xbar_r_charts", "xbar_s_chart",
    "xbar_s_charts", "yeo_johnson", "yields", "z_mr_chart", "zero_acceptance_size",
]
# fmt: on
