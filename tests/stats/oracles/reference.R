# Writes reference.json: Rscript reference.R > reference.json
# R 4.2.2 with jsonlite, survival, MASS, car, nortest, fitdistrplus, psych and qcc 2.7. The numbers come
# from their functions, or from formulas of the named text written out here; data from R's datasets.
suppressMessages({library(jsonlite); library(survival); library(MASS); library(qcc)})
cases <- list()
add <- function(fn, input, expected, tolerance, source) {
  id <- sprintf("r.%s.%d", sub("^stats\\.", "", fn), 1 + sum(sapply(cases,
    function(x) x$"function") == fn))
  cases[[length(cases) + 1]] <<- list(id = id, area = "reference", "function" = fn, input = input,
    expected = expected, tolerance = tolerance, source = paste("R 4.2.2,", source))
}
rel <- function(x) list(rel = x)
tight <- rel(1e-9)
rows <- function(m) lapply(seq_len(nrow(m)), function(i) m[i, ])

# constants ---------------------------------------------------------------------------------------
for (n in c(2, 5, 25)) {
  add("stats.c4", list(n = n), list(value = sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2)),
    rel(1e-12), "gamma")
  m <- integrate(function(w) ptukey(w, n, Inf, lower.tail = FALSE), 0, Inf, rel.tol = 1e-10)$value
  s <- integrate(function(w) 2 * w * ptukey(w, n, Inf, lower.tail = FALSE), 0, Inf,
    rel.tol = 1e-10)$value
  add("stats.d2", list(n = n), list(value = m), rel(1e-7), "integrate over ptukey")
  add("stats.d3", list(n = n), list(value = sqrt(s - m^2)), rel(1e-6), "integrate over ptukey")
}

# proportions, yields -----------------------------------------------------------------------------
x <- rbind(c(1, 0, 7), c(3, 20, 5)); n <- rbind(c(20, 59, 30), c(40, 20, 400))
ci <- function(i) t(sapply(seq_len(nrow(x)), function(r) sapply(seq_len(ncol(x)),
  function(k) binom.test(x[r, k], n[r, k])$conf.int[i])))
add("stats.proportions", list(x = rows(x), n = rows(n)), list(lower = rows(ci(1)), upper = rows(ci(2))),
  rel(1e-8), "binom.test")
# Unconditional tests of 2 x 2 tables: the worst chance of a table at least as extreme, over the common rate.
worst <- function(extreme, n1, n2) {f <- function(p) sum(extreme * outer(dbinom(0:n1, n1, p),
  dbinom(0:n2, n2, p))); g <- seq(0, 1, 1e-3); k <- g[which.max(sapply(g, f))]; optimize(f,
  c(max(0, k - 1e-3), min(1, k + 1e-3)), maximum = TRUE, tol = 1e-12)$objective}
fisher <- function(a, n1, b, n2, alt) fisher.test(matrix(c(a, n1 - a, b, n2 - b), 2),
  alternative = alt)$p.value
compare <- function(x1, n1, x2, n2, alt, note) {
  z <- outer(0:n1, 0:n2, function(a,
    b) {p <- (a + b) / (n1 + n2); v <- p * (1 - p) * (1 / n1 + 1 / n2); ifelse(v > 0,
    (a / n1 - b / n2) / sqrt(v), 0)})
  z <- switch(alt, two.sided = abs(z), less = -z, greater = z)
  f <- outer(0:n1, 0:n2, Vectorize(function(a, b) fisher(a, n1, b, n2, alt)))
  add("compare_proportions", list(x1 = x1, n1 = n1, x2 = x2, n2 = n2,
    alternative = sub("two.sided", "two-sided", alt)),
    list(fisher = f[x1 + 1, x2 + 1], barnard = worst(z >= z[x1 + 1, x2 + 1] - 1e-9, n1, n2),
    boschloo = worst(f <= f[x1 + 1, x2 + 1] * (1 + 1e-9), n1, n2)), rel(1e-6),
    paste("fisher.test, and optimize over every table;", note))
}
compare(7, 15, 12, 15, "two.sided",
  "vaccine data of Mehta and Senchaudhuri (2003); SciPy 1.17.1 barnard_exact stops at 0.06815")
compare(7, 15, 12, 15, "less",
  "vaccine data of Mehta and Senchaudhuri (2003), who print 0.0641 and 0.0341")
compare(5, 20, 1, 20, "two.sided", "a pilot run and its repetition")
flags <- c(1, 0, 0, 1, 0, 0, 0, 1, 0); g <- c(0, 1, 0, 0, 1, 0, 1, 1, 0)
up <- sapply(0:1, function(k) binom.test(sum(flags[g == k]), sum(g == k))$conf.int[2])
add("stats.proportions", list(x = flags, groups = g), list(upper = up), rel(1e-8),
  "binom.test of the units of each group")
f <- function(p) pbinom(2, 50, p) - 0.25
add("stats.rate_for_probability", list(n = 50, c = 2, probability = 0.25),
  list(value = uniroot(f, c(0, 1), tol = 1e-14)$root), rel(1e-9), "uniroot over pbinom")
a <- binom.test(92, 100)$conf.int; b <- binom.test(97, 100)$conf.int
add("stats.yields", list(started = 100, passed_first = 92, passed_final = 97),
  list(first_pass = list(estimate = .92, lower = a[1], upper = a[2]),
    final = list(estimate = .97, lower = b[1], upper = b[2]), recovered = 5), rel(1e-8), "binom.test")
p <- poisson.test(34, 250 * 12)$conf.int
add("stats.dpmo", list(defects = 34, units = 250, opportunities = 12),
  list(dpmo = 34 / 3000 * 1e6, dpmo_lower = p[1] * 1e6, dpmo_upper = p[2] * 1e6), rel(1e-8),
  "poisson.test")
pass <- c(95, 98, 88); ent <- c(100, 99, 92); A <- pass + .5; B <- ent - pass + .5
mu <- prod(A / (A + B))
sq <- prod(A * (A + 1) / ((A + B) * (A + B + 1)))
s <- mu * (1 - mu) / (sq - mu^2) - 1
add("stats.rolled_throughput", list(steps = rows(cbind(pass, ent))),
  list(estimate = prod(pass / ent), lower = qbeta(.025, mu * s, (1 - mu) * s),
  upper = qbeta(.975, mu * s, (1 - mu) * s)), rel(1e-8),
  "qbeta with the moments of the product of the steps' Jeffreys posteriors")
set.seed(1); drawn <- Reduce(`*`, Map(function(a, b) rbeta(4e6, a, b), A, B))
add("stats.rolled_throughput", list(steps = rows(cbind(pass, ent)), confidence = .9),
  as.list(setNames(quantile(drawn, c(.05, .95), names = FALSE), c("lower", "upper"))), list(abs = 5e-4),
  "four million products of rbeta, seed 1: what the matched beta approximates")
cnt <- c(scratch = 41, dent = 12, paint = 88, fit = 5); o <- sort(cnt, decreasing = TRUE)
add("stats.pareto", list(counts = as.list(cnt)), list(total = sum(cnt),
  bars = lapply(names(o), function(k) list(name = k, count = o[[k]], share = o[[k]] / sum(o),
  cumulative = cumsum(o)[[k]] / sum(o)))), tight, "sort, cumsum")

# sampling ----------------------------------------------------------------------------------------
p1 <- .01; p2 <- .1; al <- .05; be <- .1; k <- log(p2 * (1 - p1) / (p1 * (1 - p2)))
add("stats.sequential_plan", list(aql = p1, ltpd = p2, alpha = al, beta = be),
  list(slope = log((1 - p1) / (1 - p2)) / k, accept_intercept = log((1 - al) / be) / k,
  reject_intercept = log((1 - be) / al) / k), tight,
  "Wald (1947), as NIST/SEMATECH 6.2.3.5 has it: 0.939, 1.205 and 0.0397 there")
sl <- log((1 - p1) / (1 - p2)) / k; h1 <- log((1 - al) / be) / k; h2 <- log((1 - be) / al) / k
at <- c(-3, -1, -.5, .5, 1, 2)  # Wald's parameter: p and L(p) both follow from it
pw <- (1 - ((1 - p2) / (1 - p1))^at) / ((p2 / p1)^at - ((1 - p2) / (1 - p1))^at)
L <- (((1 - be) / al)^at - 1) / (((1 - be) / al)^at - (be / (1 - al))^at)
add("sequential_characteristic", list(aql = p1, ltpd = p2, alpha = al, beta = be, rates = pw),
  list(acceptance = L, asn = ((1 - L) * h2 - L * h1) / (pw - sl)), rel(1e-7),
  "Wald (1947), chapter 5, in his parameter h")

# Two limits at -3 and 3, n 21 and M 0.0353...: the M method by integrate over the chi of the spread.
M <- function(q, n) pbeta(pmin(1, pmax(0, .5 - q * sqrt(n) / (2 * (n - 1)))), n / 2 - 1, n / 2 - 1)
k0 <- 1.75553912970725
n <- 21
m0 <- M(k0, n)
est <- function(x, s) M((3 - x) / s, n) + M((3 + x) / s, n)
two <- function(mu, sg) {
  f <- Vectorize(function(s) {if (est(0, s) > m0) return(0); b <- uniroot(function(x) est(x, s) - m0,
    c(0, 3), tol = 1e-12)$root; w <- sqrt(n) / sg
    (pnorm((b - mu) * w) - pnorm((-b - mu) * w)) * dchisq((n - 1) * s^2 / sg^2,
      n - 1) * 2 * (n - 1) * s / sg^2})
  top <- uniroot(function(s) est(0, s) - m0, c(.1, 9), tol = 1e-13)$root
  integrate(f, 1e-3, top, rel.tol = 1e-9, subdivisions = 2000)$value
}
add("variables_characteristic", list(aql = .01, ltpd = .1, means = c(0, .5, 1, 1.5), sigma = 1,
  lower = -3, upper = 3), list(acceptance = sapply(c(0, .5, 1, 1.5), two, 1)), list(abs = 1e-6),
  "integrate over dchisq with uniroot for the reach of the mean")
add("variables_characteristic", list(aql = .01, ltpd = .1, means = c(0, .5, 1), sigma = 1.5, lower = -3,
  upper = 3), list(acceptance = sapply(c(0, .5, 1), two, 1.5)), list(abs = 1e-6),
  "integrate over dchisq with uniroot for the reach of the mean")
v <- trees$Height[1:21]; q <- c(mean(v) - 55, 95 - mean(v)) / sd(v); e <- M(q, 21)
add("judge_variables", list(aql = .01, ltpd = .1, values = v, lower = 55, upper = 95),
  list(accepted = sum(e) <= m0, q_lower = q[1], q_upper = q[2],
  estimated = list(below = e[1], above = e[2]), allowed = m0), rel(1e-8), "pbeta; datasets trees")
add("judge_variables", list(aql = .01, ltpd = .1, values = v, lower = 60),
  list(accepted = (mean(v) - 60) / sd(v) >= k0, q_lower = (mean(v) - 60) / sd(v)), rel(1e-8),
  "mean, sd; datasets trees")

# capability --------------------------------------------------------------------------------------
ring <- matrix(c(74.030,74.002,74.019,73.992,74.008,73.995,73.992,74.001,74.011,74.004,73.988,74.024,
  74.021,74.005,74.002,74.002,73.996,73.993,74.015,74.009,73.992,74.007,74.015,73.989,74.014,74.009,
  73.994,73.997,73.985,73.993,73.995,74.006,73.994,74.000,74.005,73.985,74.003,73.993,74.015,73.988), 8,
  byrow = TRUE)
bis <- function(i, n, df, q) i - qnorm(q) * sqrt(1 / (9 * n) + i^2 / (2 * df))
exact <- function(i, n, q) uniroot(function(nc) pt(3 * sqrt(n) * i, n - 1, ncp = nc) - q, c(-20, 36),
  tol = 1e-12)$root / (3 * sqrt(n))
add("stats.ppk_lower_bound", list(ppk = 1.33, n = 20, one_limit = TRUE),
  list(value = exact(1.33, 20, .95)), rel(1e-7), "uniroot over pt(ncp)")
add("stats.ppk_lower_bound", list(ppk = 1.33, n = 20), list(value = bis(1.33, 20, 19, .95)), tight,
  "Bissell's formula with qnorm")
add("stats.ppk_interval", list(ppk = 1.1, n = 30, confidence = .9, one_limit = TRUE),
  list(value = c(exact(1.1, 30, .95), exact(1.1, 30, .05))), rel(1e-7), "uniroot over pt(ncp)")
add("stats.sample_size_for_capability", list(required = 1.33, expected = 1.67),
  list(value = which(sapply(2:500, function(n) bis(1.67, n, n - 1, .95)) >= 1.33)[1] + 1),
  list(exact = TRUE), "search with qnorm")
v <- as.vector(t(ring))
n <- length(v)
f <- function(t) {i <- (min(74 + t - mean(v), mean(v) - 74 + t)) / (3 * sd(v)); bis(i, n, n - 1,
  .95) - 1.33}
h <- uniroot(f, c(.001, 1), tol = 1e-14)$root
add("stats.holdable_tolerance", list(values = v, required = 1.33, target = 74),
  list(plus_minus = h, lower = 74 - h, upper = 74 + h), rel(1e-8),
  "uniroot over Bissell's bound with the limits themselves; Montgomery's piston rings")
many <- rbind(v[1:20], v[21:40]); lo <- c(73.95, 73.96); hi <- c(74.05, 74.03)
m <- rowMeans(many)
s <- apply(many, 1, sd)
w <- apply(many, 1, function(r) mean(abs(diff(r))) / (2 / sqrt(pi)))
i <- pmin(hi - m, m - lo) / (3 * s); pp <- (hi - lo) / (6 * s)
add("stats.capabilities", list(values = rows(many), lower = lo, upper = hi),
  list(mean = m, sd = s, pp = pp, ppk = i, ppk_lower = bis(i, 20, 19, .95),
  pp_lower = pp * sqrt(qchisq(.05, 19) / 19), sigma_within = w, cpk = pmin(hi - m, m - lo) / (3 * w),
  expected_below = pnorm(lo, m, s), expected_above = pnorm(hi, m, s, lower.tail = FALSE)), rel(1e-8),
  "mean, sd, qchisq, pnorm by row")
add("stats.capabilities", list(values = rows(many), upper = hi),
  list(ppk = (hi - m) / (3 * s), ppk_lower = mapply(exact, (hi - m) / (3 * s), 20, .95)), rel(1e-7),
  "uniroot over pt(ncp) by row")

# not normal --------------------------------------------------------------------------------------
for (d in c("faithful$waiting", "trees$Height", "rivers", "women$height")) {
  v <- eval(parse(text = d)); a <- nortest::ad.test(v); s <- shapiro.test(v)
  add("stats.normality", list(values = v), list(anderson_darling = a$statistic[[1]],
    anderson_darling_p = a$p.value, shapiro_wilk = s$statistic[[1]], shapiro_wilk_p = s$p.value),
    list(rel = 2e-6, abs = 1e-9), paste("nortest ad.test, shapiro.test; datasets", d))
}
v <- rivers / 100
for (fam in c("lognormal", "weibull", "gamma")) {
  r <- fitdistrplus::fitdist(v, switch(fam, lognormal = "lnorm", fam), control = list(reltol = 1e-14))
  e <- as.list(r$estimate); if (fam == "gamma") e <- list(shape = e$shape, scale = 1 / e$rate)
  add("stats.fit_distribution", list(values = v, family = fam), list(parameters = e, loglik = r$loglik),
    rel(2e-5), "fitdistrplus fitdist; datasets rivers / 100")
}
for (fam in c("lognormal", "weibull", "gamma")) {  # delta method on fitdist's covariance
  nm <- switch(fam, lognormal = "lnorm", fam)
  r <- fitdistrplus::fitdist(v, nm, control = list(reltol = 1e-14))
  ppu <- function(th) {q <- do.call(paste0("q", nm), c(list(c(.5, .99865)),
    as.list(th))); (40 - q[1]) / (q[2] - q[1])}
  g <- sapply(seq_along(r$estimate), function(i) {h <- 1e-5 * r$estimate[i]; e <- replace(0 * r$estimate,
    i, h); (ppu(r$estimate + e) - ppu(r$estimate - e)) / (2 * h)})
  se <- sqrt(drop(g %*% r$vcov %*% g)); k <- ppu(r$estimate)
  add("stats.percentile_capability", list(values = v, family = fam, upper = 40),
    list(ppk = k, ppk_lower = k - qnorm(.95) * se, ppk_interval = k + c(-1, 1) * qnorm(.975) * se),
    rel(2e-4), "fitdistrplus fitdist with its vcov, gradient by differences; datasets rivers / 100")
}
p <- car::powerTransform(v ~ 1, family = "yjPower")$lambda[[1]]
add("stats.yeo_johnson", list(values = v), list(power = p), list(abs = 2e-5),
  "car powerTransform(family yjPower); datasets rivers / 100")
b <- boxcox(v ~ 1, lambda = seq(-1, 1, 1e-5), plotit = FALSE); lam <- b$x[which.max(b$y)]
y <- (v^lam - 1) / lam; u <- (40^lam - 1) / lam
add("stats.transformed_capability", list(values = v, upper = 40),
  list(parameters = I(lam), result = list(ppk = (u - mean(y)) / (3 * sd(y)))), list(abs = 2e-5),
  "MASS boxcox over a grid of 1e-5, then mean and sd; datasets rivers / 100")
# Slifker and Shapiro (1980), formulas of their section 3; of the spacings the best by Anderson-Darling.
slifker <- function(v) {
  v <- sort(v); best <- NULL
  for (z in seq(.30, 1.20, .02)) {
    q <- approx(seq_along(v) - .5, v, pnorm(c(-3, -1, 1, 3) * z) * length(v), rule = 2)$y
    p <- q[3] - q[2]; m <- q[4] - q[3]; n <- q[2] - q[1]; if (min(p, m, n) <= 0) next
    r <- m * n / p^2
    if (r > 1.001) {
      delta <- 2 * z / acosh((m / p + n / p) / 2)
      gam <- delta * asinh((n / p - m / p) / (2 * sqrt(r - 1)))
      lam <- 2 * p * sqrt(r - 1) / ((m / p + n / p - 2) * sqrt(m / p + n / p + 2))
      xi <- (q[3] + q[2]) / 2 + p * (n / p - m / p) / (2 * (m / p + n / p - 2))
      s <- gam + delta * asinh((v - xi) / lam); fam <- "SU"
    } else if (r < .999) {
      delta <- z / acosh(.5 * sqrt((1 + p / m) * (1 + p / n)))
      gam <- delta * asinh((p / n - p / m) * sqrt((1 + p / m) * (1 + p / n) - 4) / (2 * (p / m * p / n - 1)))
      lam <- p * sqrt(((1 + p / m) * (1 + p / n) - 2)^2 - 4) / (p / m * p / n - 1)
      xi <- (q[3] + q[2]) / 2 - lam / 2 + p * (p / n - p / m) / (2 * (p / m * p / n - 1))
      if (min(v) <= xi || max(v) >= xi + lam) next
      s <- gam + delta * log((v - xi) / (xi + lam - v)); fam <- "SB"
    } else next
    s <- sort(s); k <- seq_along(s)
    a <- -length(s) - mean((2 * k - 1) * (pnorm(s, log.p = TRUE) + rev(pnorm(s, lower.tail = FALSE,
      log.p = TRUE))))
    if (is.null(best) || a < best$a) best <- list(a = a, family = fam, gamma = gam, delta = delta,
      xi = xi, scale = lam)
  }
  best[-1]
}
for (d in c("rivers / 100", "faithful$waiting", "precip")) add("stats.fit_johnson",
  list(values = unname(eval(parse(text = d)))), slifker(eval(parse(text = d))), rel(1e-7),
  paste("the formulas of Slifker and Shapiro (1980) written out; datasets", d))

# tolerance intervals -----------------------------------------------------------------------------
v <- trees$Volume; v <- c(v, trees$Height, trees$Girth); n <- length(v)  # 93 values
out <- max(which(sapply(1:20, function(k) 1 - pbinom(k - 1, n, .05)) >= .95)); s <- sort(v)
add("stats.free_tolerance_interval", list(values = v),
  list(lower = s[out %/% 2], upper = s[n - (out - out %/% 2) + 1],
  achieved = 1 - pbinom(out - 1, n, .05)), rel(1e-9), "pbinom and sort")

# charts ------------------------------------------------------------------------------------------
d2_2 <- 2 / sqrt(pi); c4 <- function(n) sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2)
two <- rbind(morley$Speed[1:40], morley$Speed[41:80])
q <- lapply(rows(two), function(r) qcc(r, type = "xbar.one", std.dev = mean(abs(diff(r))) / d2_2,
  plot = FALSE))
add("stats.individuals_charts", list(values = rows(two)),
  list(location = list(center = lapply(q, function(k) rep(k$center, 40)),
  lcl = lapply(q, function(k) rep(k$limits[1], 40)), ucl = lapply(q, function(k) rep(k$limits[2], 40)),
  sigma = sapply(q, function(k) k$std.dev))), tight,
  "qcc xbar.one with d2 = 2/sqrt(pi); datasets morley")
base <- lapply(rows(two), function(r) qcc(r[1:25], type = "xbar.one", newdata = r[26:40],
  std.dev = mean(abs(diff(r[1:25]))) / d2_2, plot = FALSE))
add("stats.individuals_charts", list(values = rows(two), base = 25),
  list(location = list(center = lapply(base, function(k) rep(k$center, 40)),
  ucl = lapply(base, function(k) rep(k$limits[2], 40)))), tight,
  "qcc xbar.one with newdata; datasets morley")
cube <- array(v2 <- morley$Speed[1:80], c(5, 8, 2)); groups <- lapply(1:2, function(k) t(cube[, , k]))
r <- lapply(groups, function(m) {R <- apply(m, 1,
  function(x) diff(range(x))); d <- 2.32592894727; list(c = mean(m), s = mean(R) / d)})
lim <- function(q, i) lapply(q, function(k) rep(k$limits[i], nrow(k$data)))
q <- Map(function(m, e) qcc(m, type = "xbar", std.dev = e$s, plot = FALSE), groups, r)
add("stats.xbar_r_charts", list(values = lapply(groups, rows)),
  list(location = list(points = lapply(q, function(k) unname(k$statistics)), lcl = lim(q, 1),
  ucl = lim(q, 2)), spread = list(points = lapply(groups,
  function(m) apply(m, 1, function(x) diff(range(x)))))), rel(1e-9),
  "qcc xbar with sigma from the integrated d2; datasets morley")
q <- lapply(groups, function(m) qcc(m, type = "xbar", std.dev = mean(apply(m, 1, sd)) / c4(5),
  plot = FALSE))
z <- lapply(groups, function(m) qcc(m, type = "S", std.dev = mean(apply(m, 1, sd)) / c4(5),
  plot = FALSE))
add("stats.xbar_s_charts", list(values = lapply(groups, rows)),
  list(location = list(lcl = lim(q, 1), ucl = lim(q, 2)),
  spread = list(points = lapply(z, function(k) unname(k$statistics)), ucl = lim(z, 2))), rel(1e-9),
  "qcc xbar and S; datasets morley")
hit <- rbind(InsectSprays$count[1:12], InsectSprays$count[13:24])
big <- rbind(rep(c(40, 60, 80), 4), rep(50, 12))
cnt <- function(type, sizes, ...) lapply(1:2, function(k) qcc(hit[k, ], type = type, sizes = sizes[k, ],
  plot = FALSE, ...))
ends <- function(q, i) lapply(q, function(k) if (nrow(k$limits) == 1) rep(k$limits[i],
  12) else unname(k$limits[, i]))
mid <- function(q) lapply(q, function(k) rep(k$center, 12))
for (type in c("p", "u")) {q <- cnt(type, big); add(sprintf("stats.%s_charts", type),
  list(x = rows(hit), n = rows(big)), list(center = mid(q), lcl = ends(q, 1), ucl = ends(q, 2)), tight,
  sprintf("qcc %s; datasets InsectSprays", type))}
q <- cnt("p", big, center = .2)
add("stats.p_charts", list(x = rows(hit), n = rows(big), center = .2),
  list(lcl = ends(q, 1), ucl = ends(q, 2)), tight, "qcc p with center; datasets InsectSprays")
q <- cnt("np", matrix(50, 2, 12))
add("stats.np_charts", list(x = rows(hit), n = 50), list(center = mid(q), lcl = ends(q, 1),
  ucl = ends(q, 2)), tight, "qcc np; datasets InsectSprays")
q <- lapply(rows(hit), function(r) qcc(r, type = "c", plot = FALSE))
add("stats.c_charts", list(x = rows(hit)), list(center = mid(q), lcl = ends(q, 1), ucl = ends(q, 2)),
  tight, "qcc c; datasets InsectSprays")
q <- lapply(rows(hit), function(r) qcc(r[1:8], type = "c", newdata = r[9:12], plot = FALSE))
add("stats.c_charts", list(x = rows(hit), base = 8), list(center = mid(q), ucl = ends(q, 2)), tight,
  "qcc c with newdata; datasets InsectSprays")
gap <- rbind(c(10, 22, 5, 41, 13), c(7, 7, 19, 30, 2))
q <- lapply(rows(gap), function(r) {m <- mean(r); list(u = m + 3 * sqrt(m * (m + 1)))})
add("stats.g_charts", list(x = rows(gap)), list(center = lapply(rows(gap), function(r) rep(mean(r), 5)),
  ucl = lapply(q, function(k) rep(k$u, 5))), tight, "Benneyan (2001) written out")
v <- rbind(rivers[1:10], rivers[11:20])
q <- lapply(rows(v^(1 / 3.6)), function(r) qcc(r, type = "xbar.one", std.dev = mean(abs(diff(r))) / d2_2,
  plot = FALSE))
add("stats.t_charts", list(values = rows(v)), list(center = lapply(q, function(k) rep(k$center^3.6, 10)),
  ucl = lapply(q, function(k) rep(k$limits[2]^3.6, 10))), tight,
  "qcc xbar.one of the root 3.6; datasets rivers")
for (type in c("p", "u")) {
  sz <- sapply(1:2, function(k) {c0 <- sum(hit[k, ]) / sum(big[k, ]); se <- sqrt((if (type == "p") c0 * (1 - c0) else c0) / big[k, ]); mean(abs(diff((hit[k, ] / big[k, ] - c0) / se))) / d2_2})
  q <- cnt(type, big)
  up <- lapply(1:2, function(k) {c0 <- q[[k]]$center; se <- sqrt((if (type == "p") c0 * (1 - c0) else c0) / big[k, ]); c0 + 3 * se * sz[k]})
  add(sprintf("stats.laney_%s_charts", type), list(x = rows(hit), n = rows(big)),
    list(sigma_z = sz, chart = list(ucl = up)), tight, "Laney (2002) written out; datasets InsectSprays")
}
q <- lapply(rows(two), function(r) ewma(r, lambda = .2, nsigmas = 3, center = mean(r),
  std.dev = mean(abs(diff(r))) / d2_2, plot = FALSE))
add("stats.ewma_charts", list(values = rows(two)), list(points = lapply(q, function(k) unname(k$y)),
  lcl = lapply(q, function(k) unname(k$limits[, 1])), ucl = lapply(q,
  function(k) unname(k$limits[, 2]))), tight, "qcc ewma; datasets morley")
q <- lapply(rows(two), function(r) cusum(r, decision.interval = 5, se.shift = 1, center = mean(r),
  std.dev = mean(abs(diff(r))) / d2_2, plot = FALSE))
add("stats.cusum_charts", list(values = rows(two)), list(upper = lapply(q, function(k) unname(k$pos)),
  lower = lapply(q, function(k) unname(k$neg))), list(rel = 1e-9, abs = 1e-9),
  "qcc cusum with se.shift = 2k; datasets morley")
g <- morley$Speed[1:30]
l <- summary(lm(g ~ seq_along(g)))
q <- qcc(g, type = "xbar.one", std.dev = mean(abs(diff(g))) / d2_2, plot = FALSE)
add("stats.gauge_stability", list(samples = g, reference = 900),
  list(bias = mean(g) - 900, drift = l$coefficients[2, 1] * 29, drift_p = l$coefficients[2, 4],
  chart = list(location = list(ucl = rep(q$limits[2], 30)))), rel(1e-8),
  "lm, qcc xbar.one; datasets morley")

# gauges ------------------------------------------------------------------------------------------
study <- function(y) {  # y[appraiser, trial, part]
  d <- expand.grid(o = factor(1:dim(y)[1]), t = 1:dim(y)[2], p = factor(1:dim(y)[3]))
  d$y <- as.vector(y)
  a <- anova(lm(y ~ p * o, d))
  ms <- setNames(a[["Mean Sq"]], rownames(a))
  o <- dim(y)[1]
  t <- dim(y)[2]
  p <- dim(y)[3]
  if (a["p:o", "Pr(>F)"] > .05) {b <- anova(lm(y ~ p + o,
    d)); e <- b["Residuals", "Mean Sq"]; base <- e; int <- 0} else {e <- ms["Residuals"]; base <- ms["p:o"]; int <- max(0, (base - e) / t)}
  list(error = unname(e), rows = max(0, unname((ms["o"] - base) / (p * t))), int = unname(int),
    part = max(0, unname((ms["p"] - base) / (o * t))))
}
set.seed(2)
many <- array(round(rnorm(2 * 3 * 2 * 5, 10, .1) + rep(rep(c(0, .3, -.2, .5, .1), each = 12), 1), 3),
  c(2, 3, 2, 5))
s <- lapply(1:2, function(k) study(many[k, , , ]))
grr <- sapply(s, function(k) k$error + k$rows + k$int)
add("stats.gauge_rr_many", list(readings = lapply(1:2,
  function(k) lapply(1:3, function(a) lapply(1:2, function(t) many[k, a, t, ])))),
  list(repeatability = sapply(s, `[[`, "error"), appraiser = sapply(s, `[[`, "rows"),
  interaction = sapply(s, `[[`, "int"), part = sapply(s, `[[`, "part"), grr = grr),
  list(rel = 1e-8, abs = 1e-12), "anova(lm(y ~ part * appraiser)), pooled at p > 0.05")
d <- data.frame(p = rep(c("a", "b", "c"), 4), o = rep(c("x", "y"), each = 6), y = seq(.1, 1.2, .1))
sheet <- lapply(unique(d$o), function(o) lapply(1:2, function(t) sapply(unique(d$p),
  function(p) d$y[d$p == p & d$o == o][t], USE.NAMES = FALSE)))
add("stats.gauge_readings", list(parts = d$p, appraisers = d$o, values = d$y), list(value = sheet),
  tight, "subsetting")
truth <- c("g","g","b","g","b","b","g","g","b","g")
A <- rbind(c("g","g"),c("g","g"),c("b","b"),c("g","b"),c("b","b"),c("g","b"),c("g","g"),c("g","g"),
  c("b","b"),c("g","g"))
B <- rbind(c("g","g"),c("g","b"),c("b","b"),c("g","g"),c("b","b"),c("b","b"),c("g","g"),c("b","g"),
  c("b","b"),c("g","g"))
alike <- function(M) apply(M, 1, function(r) length(unique(r)) == 1)
right <- function(M) rowSums(M == truth) == ncol(M)
share <- function(k) {b <- binom.test(k, 10)$conf.int; list(x = k, lower = b[1], upper = b[2])}
coh <- function(a, b) {t <- table(factor(a, c("b", "g")),
  factor(b, c("b", "g"))) / length(a); po <- sum(diag(t)); pe <- sum(rowSums(t) * colSums(t)); (po - pe) / (1 - pe)}
ck <- psych::cohen.kappa(cbind(as.vector(A), rep(truth, 2)))$kappa
stopifnot(abs(ck - coh(as.vector(A), rep(truth, 2))) < 1e-9)
fl <- function(M) {p <- t(apply(M, 1, function(r) table(factor(r,
  c("b", "g"))))); m <- ncol(M); Pi <- (rowSums(p^2) - m) / (m * (m - 1)); pe <- sum((colSums(p) / sum(p))^2); (mean(Pi) - pe) / (1 - pe)}
add("stats.agreement", list(appraisers = list(A = rows(A), B = rows(B)), standard = truth, bad = "b"),
  list(within = list(A = share(sum(alike(A))), B = share(sum(alike(B)))),
    against_standard = list(A = share(sum(right(A))), B = share(sum(right(B)))),
    between = share(sum(alike(cbind(A, B)))), all_right = share(sum(right(cbind(A, B)))),
    missed = list(A = list(x = sum(A[truth == "b", ] == "g"), n = 8),
      B = list(x = sum(B[truth == "b", ] == "g"), n = 8)),
      false_alarms = list(A = list(x = sum(A[truth == "g", ] == "b"), n = 12),
      B = list(x = sum(B[truth == "g", ] == "b"), n = 12)),
    kappa_standard = list(A = list(kappa = ck), B = list(kappa = coh(as.vector(B), rep(truth, 2)))),
      kappa_pairs = list("A, B" = list(kappa = coh(as.vector(A), as.vector(B)))),
      kappa_within = list(A = list(kappa = fl(A)), B = list(kappa = fl(B))),
      kappa_between = list(kappa = fl(cbind(A, B)))), rel(1e-8),
      "binom.test, psych cohen.kappa, kappas written out after Fleiss (1971)")

# chains ------------------------------------------------------------------------------------------
v <- women$height / 10
add("stats.measured_link", list(name = "a", values = v, nominal = 6.5, plus = .5),
  list(mean = mean(v), sigma = sd(v), n = length(v)), tight, "mean, sd; datasets women")
set.seed(3); N <- 2e6; m <- c(10, 5); s <- c(.1, .2); n <- c(20, 12)
sig <- mapply(function(s, n) s * sqrt((n - 1) / rchisq(N, n - 1)), s, n)
mu <- sapply(1:2, function(i) m[i] + sig[, i] / sqrt(n[i]) * rnorm(N))
out <- pnorm(15.6, mu[, 1] + mu[, 2], sqrt(sig[, 1]^2 + sig[, 2]^2), lower.tail = FALSE)
add("predicted_rejects", list(means = m, sigmas = s, n = n, upper = 15.6, seed = 5),
  list(estimate = pnorm(15.6, 15, sqrt(.05), lower.tail = FALSE),
  lower = quantile(out, .025, names = FALSE), upper = quantile(out, .975, names = FALSE)),
  list(rel = .12), "two million draws of the generalised pivots, seed 3; ours are 4,000")

# life --------------------------------------------------------------------------------------------
t <- c(5, 8, 8, 11, 14, 14, 17, 20, 26, 30); d <- c(1, 1, 0, 1, 0, 1, 1, 0, 1, 0)
n <- length(t)
prev <- 0
rank <- c()
for (i in order(t, -d)) if (d[i]) {prev <- prev + (n + 1 - prev) / (1 + (n - which(order(t,
  -d) == i) + 1)); rank <- c(rank, prev)}
add("stats.adjusted_ranks", list(times = t, failed = d), list(value = rank), tight,
  "Johnson's increments (n + 1 - last)/(1 + units left), one by one")
tot <- sum(t); r <- sum(d)
add("stats.exponential", list(times = t, failed = d), list(rate = r / tot,
  rate_interval = c(qchisq(.025, 2 * r), qchisq(.975, 2 * r + 2)) / (2 * tot),
  log_likelihood = sum(dexp(t[d == 1], r / tot, log = TRUE)) + sum(pexp(t[d == 0], r / tot,
  lower.tail = FALSE, log.p = TRUE))), rel(1e-9), "qchisq, dexp, pexp")
lo <- c(0, 2, 2, 5, 5, 9, 9); hi <- c(2, 5, 5, 9, 9, NA, NA); cn <- c(3, 4, 2, 6, 1, 5, 2)
S <- Surv(ifelse(lo == 0, NA, lo), hi, type = "interval2")
w <- survreg(S ~ 1, weights = cn, control = survreg.control(rel.tolerance = 1e-13))
e <- survreg(S ~ 1, weights = cn, dist = "exponential", control = survreg.control(rel.tolerance = 1e-13))
open <- ifelse(is.na(hi), "Infinity", hi)
given <- list(lower = lo, upper = lapply(hi, function(k) if (is.na(k)) "Infinity" else k), counts = cn)
add("stats.weibull_intervals", given, list(shape = 1 / w$scale, scale = exp(coef(w)[[1]]),
  log_likelihood = w$loglik[1], covariance = rows(unname(vcov(w)))), rel(1e-5),
  "survival survreg, interval2")
add("stats.exponential_intervals", given, list(scale = exp(coef(e)[[1]]), log_likelihood = e$loglik[1],
  scale_se = exp(coef(e)[[1]]) * sqrt(vcov(e)[1, 1])), rel(1e-6),
  "survival survreg, interval2, exponential")
ll <- function(b, eta) sum(ifelse(d == 1, dweibull(t, b, eta, log = TRUE),
  pweibull(t, b, eta, lower.tail = FALSE, log.p = TRUE)))
opt <- optim(c(0, 3), function(p) -ll(exp(p[1]), exp(p[2])),
  control = list(reltol = 1e-16, maxit = 5000))
top <- -opt$value
drop <- qchisq(.95, 1) / 2
bp <- function(b) optimize(function(e) ll(b, exp(e)), c(0, 8), maximum = TRUE,
  tol = 1e-12)$objective - top + drop
lp <- function(l) optimize(function(b) ll(exp(b), l / (-log(.9))^(1 / exp(b))), c(-3, 4), maximum = TRUE,
  tol = 1e-12)$objective - top + drop
b0 <- exp(opt$par[1])
l0 <- exp(opt$par[2]) * (-log(.9))^(1 / b0)
ur <- function(f, a, b) uniroot(f, c(a, b), tol = 1e-11)$root
add("stats.weibull_bounds", list(times = t, failed = d, life = .1),
  list(shape = list(value = b0, lower = ur(bp, .05, b0), upper = ur(bp, b0, 20)),
  life = list(value = l0, lower = ur(lp, .05, l0), upper = ur(lp, l0, 30))), rel(1e-5),
  "optim, optimize and uniroot over dweibull and pweibull")
# Units of each shipment by age at failure and still out, counted one by one.
ship <- c(500, 400, 300); ret <- list(c(3, 5), c(2), c())
add("stats.field_data", list(shipped = ship, returned = list(I(c(3, 5)), I(2), list()), period = 30),
  list(times = c(30, 60, 60, 30), failed = c(1, 1, 0, 0), counts = c(5, 5, 492, 398),
  ages = c(60, 30, 0), at_risk = c(492, 398, 300)), tight, "three shipments counted by hand")
add("demonstration_time", list(reliability = .9, confidence = .9, shape = 2, mission_time = 1000, n = 6),
  list(test_time = uniroot(function(t) pbinom(0, 6, pweibull(t, 2, 1000 / sqrt(-log(.9)))) - .1,
  c(1, 9999), tol = 1e-11)$root), rel(1e-9), "uniroot over pbinom and pweibull")
add("demonstration_exact", list(reliability = .9, confidence = .9, failures_allowed = 1),
  list(n = 38, exact_n = uniroot(function(n) pbeta(.9, n - 1, 2) - .1, c(2, 999), tol = 1e-13)$root),
  rel(1e-9), "uniroot over pbeta")
add("demonstration_exact", list(reliability = .95, confidence = .95, failures_allowed = 2),
  list(n = 124, exact_n = uniroot(function(n) pbeta(.95, n - 2, 3) - .05, c(3, 999), tol = 1e-13)$root),
  rel(1e-9), "uniroot over pbeta")

# between batches, times --------------------------------------------------------------------------
sp <- split(InsectSprays$count, InsectSprays$spray)
for (ctr in c("median", "mean")) {l <- car::leveneTest(count ~ spray, InsectSprays,
  center = get(ctr)); add("stats.levene", list(batches = unname(sp), center = ctr),
  list(f = l[1, 2], p = l[1, 3], sds = unname(sapply(sp, sd))), rel(1e-8),
  "car leveneTest; datasets InsectSprays")}
a <- anova(lm(count ~ spray, InsectSprays))
l <- car::leveneTest(count ~ spray, InsectSprays)
ms <- a[["Mean Sq"]]
bt <- (ms[1] - ms[2]) / 12
F <- ms[1] / ms[2]; lw <- F / qf(.975, 5, 66); uw <- F / qf(.025, 5, 66)
add("stats.batch_consistency", list(batches = unname(sp)),
  list(anova = list(f = a[1, 4], p = a[1, 5]), levene = list(p = l[1, 3]),
  components = list(between = bt, within = ms[2], share = bt / (bt + ms[2]),
  share_interval = c((lw - 1) / (lw - 1 + 12), (uw - 1) / (uw - 1 + 12))), consistent = FALSE),
  rel(1e-7), "anova(lm), car leveneTest, qf; datasets InsectSprays")
loom <- list(c(98, 97, 99, 96), c(91, 90, 93, 92), c(96, 95, 97, 95), c(95, 96, 99, 98))
dl <- data.frame(y = unlist(loom), g = factor(rep(1:4, each = 4)))
a <- anova(lm(y ~ g, dl))
ms <- a[["Mean Sq"]]
F <- ms[1] / ms[2]
lw <- F / qf(.975, 3, 12)
uw <- F / qf(.025, 3, 12)
add("stats.variance_components", list(batches = loom),
  list(between = (ms[1] - ms[2]) / 4, within = ms[2], share_interval = c((lw - 1) / (lw + 3),
  (uw - 1) / (uw + 3)), within_interval = sqrt(a[2, 2] / qchisq(c(.975, .025), 12))), rel(1e-8),
  "anova(lm), qf, qchisq; the looms of Montgomery, Design and Analysis of Experiments, who prints MS 29.73 and 1.90, components 6.96 and 1.90, share 0.39 to 0.98")
v <- faithful$waiting[1:40]; tt <- t.test(v); l <- summary(lm(v ~ seq_along(v)))
add("stats.process_time", list(values = v, standard = 60),
  list(mean = mean(v), sd = sd(v), lower = tt$conf.int[1], upper = tt$conf.int[2], ratio = mean(v) / 60,
  slope = l$coefficients[2, 1], trend_p = l$coefficients[2, 4]), rel(1e-8),
  "t.test, lm; datasets faithful")
r <- matrix(c(9.1, 9.2, 9.9, 9.8, 10.6, 10.5), 2)
a <- anova(lm(as.vector(r) ~ factor(col(r))))
ms <- a[["Mean Sq"]]
add("gauge_repeatability", list(readings = rows(r)), list(repeatability = ms[2],
  part = (ms[1] - ms[2]) / 2), rel(1e-9), "anova(lm(reading ~ part))")
y <- c(120, 95, 90, 78, 81, 70, 69, 66); m <- lm(log(y) ~ log(seq_along(y))); ci <- confint(m)
add("learning_curve", list(times = y, at = 16), list(rate = 2^coef(m)[[2]], first = exp(coef(m)[[1]]),
  time = exp(coef(m)[[1]] + coef(m)[[2]] * log(16)), rate_interval = 2^unname(ci[2, ])), rel(1e-8),
  "lm of logarithms, confint")
cages <- list(failures = c(230, 334, 423, 990, 1009, 1510),
  ages = c(50, 150, 250, 350, 450, 550, 650, 750, 850, 950, 1050, 1150, 1250, 1350, 1450, 1550, 1650,
  1850, 2050), running = c(288, 148, 124, 111, 106, 99, 110, 114, 119, 127, 123, 93, 47, 41, 27, 11, 6,
  1, 2))
tm <- c(cages$failures, cages$ages); st <- rep(1:0, c(6, 19)); wt <- c(rep(1, 6), cages$running)
w <- survreg(Surv(tm, st) ~ 1, weights = wt, control = survreg.control(rel.tolerance = 1e-13))
b <- 1 / w$scale
eta <- exp(coef(w)[[1]])
book <- "bearing cages of Abernethy (1983) in Meeker and Escobar, Statistical Methods for Reliability Data"
add("weibull_grouped", cages, list(shape = b, scale = eta), rel(1e-6),
  paste("survival survreg;", book, "(shape 2.035, scale 11,792 there)"))
q <- (pweibull(cages$ages + 300, b, eta) - pweibull(cages$ages, b, eta)) / pweibull(cages$ages, b, eta,
  lower.tail = FALSE)
add("warranty_expected", c(cages, usage = 300), list(expected = sum(cages$running * q)), rel(1e-6),
  paste("survival survreg, pweibull;", book,
  "(5.057 further failures in a year of 300 hours there, with the rounded life)"))

cat(toJSON(list(schema = 1, area = "reference", cases = cases), auto_unbox = TRUE, digits = NA,
  na = "null"), "\n")
