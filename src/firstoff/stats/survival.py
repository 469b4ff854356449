"""Life without a model: median ranks, adjusted ranks, Kaplan-Meier, MTBF."""
