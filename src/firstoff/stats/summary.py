"""Mean, standard deviation and autocorrelation of one series, without losing digits."""
