# The statistics of evenhand.uniformity.statistics once more, by R: inputs and results as JSON on stdout.
#
#     Rscript statistics.R > statistics.json
#
# Base R and the survival package do the work; where neither has a statistic (Newcombe's interval, the
# Mantel-Haenszel difference, robust errors, the beta-binomial) its formula is written out here anew.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20190330)
N <- 24
z <- qnorm(0.975)
wilson <- function(x, n) as.numeric(prop.test(x, n, correct = FALSE)$conf.int)
quietly <- function(e) suppressWarnings(e)
many <- function(f) lapply(seq_len(N), f)

shares <- many(function(i) {
  n <- c(1, 5, 10, 37, 200, 5000, 100000)[(i %% 7) + 1]
  x <- if (i %% 6 == 0) 0 else if (i %% 6 == 1) n else rbinom(1, n, runif(1))
  list(x = x, n = n, wilson = quietly(wilson(x, n)), exact = as.numeric(binom.test(x, n)$conf.int))
})

pairs <- many(function(i) {
  n <- sample(c(12, 40, 300, 8000), 2, TRUE); p <- runif(1, .05, .9)
  x <- pmin(pmax(rbinom(2, n, p), 1), n - 1)
  a <- quietly(wilson(x[1], n[1])); b <- quietly(wilson(x[2], n[2])); q <- x / n; d <- q[1] - q[2]
  lr <- log(q[1] / q[2]); se <- sqrt(1 / x[1] - 1 / n[1] + 1 / x[2] - 1 / n[2])
  test <- quietly(prop.test(x, n, correct = FALSE))
  spread <- sqrt(mean(q) * (1 - mean(q)) * sum(1 / n))
  found <- uniroot(function(delta) pnorm(delta / spread - z) - 0.8, c(0, 10 * spread), tol = 1e-12)$root
  list(x = x, n = n, difference = c(d, d - sqrt((q[1] - a[1])^2 + (b[2] - q[2])^2), d + sqrt((a[2] - q[1])^2 + (q[2] - b[1])^2)),
       ratio = exp(c(lr, lr - z * se, lr + z * se)), statistic = as.numeric(test$statistic), p = test$p.value,
       share = mean(q), smallest = found)
})

draw <- function(groups, strata, rate = NULL, tilt = 0) {
  cases <- matrix(sample(2:60, groups * strata, TRUE), groups)
  p <- if (is.null(rate)) runif(strata, .1, .7) else rep(rate, strata)
  events <- sapply(seq_len(strata), function(k) rbinom(groups, cases[, k], plogis(qlogis(p[k]) + tilt * (seq_len(groups) - 1))))
  list(events = matrix(events, groups), cases = cases)
}
as_array <- function(d) {
  groups <- nrow(d$events); strata <- ncol(d$events)
  a <- array(0, c(groups, 2, strata))
  a[, 1, ] <- d$events; a[, 2, ] <- d$cases - d$events
  a
}
rd <- function(d) {
  n0 <- d$cases[1, ]; n1 <- d$cases[2, ]; x0 <- d$events[1, ]; x1 <- d$events[2, ]; n <- n0 + n1
  w <- n0 * n1 / n; value <- sum(w * (x1 / n1 - x0 / n0)) / sum(w)
  P <- sum((n1^2 * x0 - n0^2 * x1 + n0 * n1 * (n0 - n1) / 2) / n^2)
  Q <- sum((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n))
  se <- sqrt((value * P + Q) / sum(w)^2)
  c(value, value - z * se, value + z * se)
}
strata <- many(function(i) {
  d <- if (i == 1) {  # Berkeley 1973: admitted men and women by department
    list(events = rbind(UCBAdmissions["Admitted", "Male", ], UCBAdmissions["Admitted", "Female", ]),
         cases = rbind(colSums(UCBAdmissions[, "Male", ]), colSums(UCBAdmissions[, "Female", ])))
  } else draw(2, sample(2:40, 1), tilt = sample(c(0, .4, -.8), 1))
  a <- as_array(d)[2:1, , , drop = FALSE]
  t <- mantelhaen.test(a, correct = FALSE)
  list(events = d$events, cases = d$cases, statistic = as.numeric(t$statistic), p = t$p.value,
       odds_ratio = c(as.numeric(t$estimate), as.numeric(t$conf.int)), difference = rd(d))
})
several <- many(function(i) {
  d <- draw(sample(3:6, 1), sample(2:30, 1), tilt = sample(c(0, .2), 1))
  t <- mantelhaen.test(as_array(d))
  list(events = d$events, cases = d$cases, statistic = as.numeric(t$statistic), df = as.numeric(t$parameter), p = t$p.value)
})

logistic <- many(function(i) {
  cells <- expand.grid(group = 0:sample(1:4, 1), place = 0:sample(1:12, 1), class = 0:3, hour = 0:3)
  cells <- cells[runif(nrow(cells)) < .8, ]
  cells$cases <- sample(1:30, nrow(cells), TRUE)
  cells$events <- rbinom(nrow(cells), cells$cases, plogis(-1.5 + .3 * cells$group * (i %% 2) + .2 * cells$place - .1 * cells$hour))
  if (i %% 4 == 0) cells$hour <- cells$class  # levels that always come together
  fit <- glm(cbind(events, cases - events) ~ factor(group) + factor(place) + factor(class) + factor(hour), binomial, cells,
             control = glm.control(epsilon = 1e-12, maxit = 100))
  found <- coef(summary(fit)); own <- grep("^factor\\(group\\)", rownames(found))
  c(as.list(cells), list(odds_ratios = lapply(own, function(k) exp(found[k, 1] + c(0, -z, z) * found[k, 2]))))
})

people <- function(n, groups, strata, span) {
  group <- sample(0:(groups - 1), n, TRUE)
  t <- 1 + floor(rexp(n, (1 + .2 * group) / span)); c <- 1 + floor(rexp(n, .4 / span))
  data.frame(time = pmin(t, c), event = as.integer(t <= c), group = group, stratum = sample(0:(strata - 1), n, TRUE))
}
times <- many(function(i) {
  d <- if (i == 1) with(lung, data.frame(time = time, event = status - 1, group = sex - 1, stratum = 0))
       else if (i == 2) with(veteran, data.frame(time = time, event = status, group = trt - 1, stratum = as.integer(celltype) - 1))
       else people(sample(c(61, 301, 1501), 1), sample(2:5, 1), sample(1:6, 1), sample(c(8, 40, 200), 1))
  several <- if (length(unique(d$stratum)) > 1) survdiff(Surv(time, event) ~ group + strata(stratum), d)
             else survdiff(Surv(time, event) ~ group, d)
  two <- d[d$group < 2, ]
  pair <- if (length(unique(two$stratum)) > 1) survdiff(Surv(time, event) ~ group + strata(stratum), two)
          else survdiff(Surv(time, event) ~ group, two)
  obs <- if (is.matrix(pair$obs)) rowSums(pair$obs) else pair$obs
  exp_ <- if (is.matrix(pair$exp)) rowSums(pair$exp) else pair$exp
  lr <- (obs[2] - exp_[2]) / pair$var[2, 2]; se <- 1 / sqrt(pair$var[2, 2])
  curve <- survfit(Surv(time, event) ~ 1, d[d$group == 0, ], conf.type = "log-log")
  at <- curve$n.event > 0
  med <- quantile(curve, c(.5, .25))
  c(as.list(d), list(
    several = list(statistic = several$chisq, df = length(several$n) - 1, p = pchisq(several$chisq, length(several$n) - 1, lower.tail = FALSE)),
    pair = list(statistic = pair$chisq, hazard_ratio = unname(exp(lr + c(0, -z, z) * se))),
    curve = list(time = curve$time[at], share = curve$surv[at], low = curve$lower[at], high = curve$upper[at], at_risk = curve$n.risk[at]),
    median = c(med$quantile[1], med$lower[1], med$upper[1])))
})

adjusted <- many(function(i) {
  p <- round(rbeta(sample(1:40, 1), .4, 1), sample(2:6, 1))
  list(p = I(p), q = I(p.adjust(p, "BH")))
})

interrupted <- many(function(i) {
  n <- sample(20:60, 1); first <- sample(8:(n - 8), 1)
  y <- as.numeric(arima.sim(list(ar = .5), n)) + 20 + 2 * (seq_len(n) > first) + .1 * seq_len(n)
  t <- 0:(n - 1); s <- as.numeric(t >= first)
  X <- cbind(1, t, s, s * (t - first)); fit <- lm.fit(X, y); u <- X * fit$residuals
  lags <- floor(4 * (n / 100)^(2 / 9))
  S <- crossprod(u)
  for (l in seq_len(lags)) { g <- crossprod(u[(l + 1):n, ], u[1:(n - l), ]); S <- S + (1 - l / (lags + 1)) * (g + t(g)) }
  B <- solve(crossprod(X)); V <- B %*% S %*% B * n / (n - 4); se <- sqrt(diag(V)); q <- qt(.975, n - 4)
  list(values = y, first = first, level = fit$coefficients[3] + c(0, -q, q) * se[3], slope = fit$coefficients[4] + c(0, -q, q) * se[4],
       p = 2 * pt(-abs(fit$coefficients[3] / se[3]), n - 4))
})

differences <- many(function(i) {
  places <- sample(4:12, 1); months <- sample(12:30, 1)
  d <- expand.grid(month = 0:(months - 1), place = 0:(places - 1))
  since <- ifelse(0:(places - 1) < places / 2, sample(4:(months - 4), places, TRUE), 999)
  d$treated <- as.integer(d$month > since[d$place + 1])
  d$value <- rnorm(nrow(d), sd = .02) + rnorm(places, .3, .05)[d$place + 1] + .001 * d$month + .01 * d$treated
  fit <- lm(value ~ treated + factor(place) + factor(month), d)
  X <- model.matrix(fit); u <- rowsum(X * resid(fit), d$place); n <- nrow(X); k <- ncol(X)
  B <- solve(crossprod(X)); V <- B %*% crossprod(u) %*% B * (places / (places - 1)) * ((n - 1) / (n - k))
  se <- sqrt(V[2, 2]); b <- coef(fit)[2]; q <- qt(.975, places - 1)
  c(as.list(d), list(effect = unname(b + c(0, -q, q) * se), p = unname(2 * pt(-abs(b / se), places - 1))))
})

shrunk <- many(function(i) {
  n <- sample(5:200, sample(4:40, 1), TRUE); x <- rbinom(length(n), n, rbeta(length(n), 3, 7))
  f <- function(q) { m <- plogis(q[1]); s <- exp(q[2]); -sum(lbeta(x + m * s, n - x + (1 - m) * s) - lbeta(m * s, (1 - m) * s)) }
  best <- optim(c(qlogis(sum(x) / sum(n)), log(20)), f, control = list(reltol = 1e-15, maxit = 5000))
  best <- optim(best$par, f, control = list(reltol = 1e-15, maxit = 5000))
  m <- plogis(best$par[1]); s <- exp(best$par[2])
  list(x = x, n = n, mean = m, size = s, share = (x + m * s) / (n + s),
       low = qbeta(.025, x + m * s, n - x + (1 - m) * s), high = qbeta(.975, x + m * s, n - x + (1 - m) * s))
})

cat(toJSON(list(shares = shares, pairs = pairs, strata = strata, several = several, logistic = logistic, times = times,
                adjusted = adjusted, interrupted = interrupted, differences = differences, shrunk = shrunk),
           digits = I(12), auto_unbox = TRUE, na = "null", matrix = "rowmajor"), "\n")
