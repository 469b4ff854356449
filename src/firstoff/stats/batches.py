"""Between batches: one-way ANOVA, Levene, variance components."""
