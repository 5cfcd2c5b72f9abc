# Kaplan-Meier estimates with log(-log) intervals by R's survival package, as JSON on stdout.
suppressPackageStartupMessages(library(survival))

set.seed(1)
cases <- list(
  freireich = list(time = c(6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35),
                   event = c(rep(1, 9), rep(0, 12))),
  aml_maintained = list(time = c(9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161),
                        event = c(1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0)),
  aml_not_maintained = list(time = c(5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45),
                            event = c(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1)),
  lung = list(time = lung$time, event = as.integer(lung$status == 2)),
  veteran = list(time = veteran$time, event = veteran$status),
  drawn_ties = list(time = sample(1:20, 200, TRUE), event = rbinom(200, 1, 0.4)),
  drawn_long = list(time = sample(1:900, 500, TRUE), event = rbinom(500, 1, 0.2))
)
numbers <- function(x) paste0("[", paste(format(x, digits = 15, trim = TRUE), collapse = ", "), "]")
parts <- character(0)
for (name in names(cases)) {
  case <- cases[[name]]
  at <- unique(pmax(1, floor(quantile(case$time, c(0.1, 0.25, 0.5, 0.75, 0.9)))))
  fit <- summary(survfit(Surv(case$time, case$event) ~ 1, conf.type = "log-log"), times = at)
  low <- ifelse(is.na(fit$lower), -1, fit$lower)
  high <- ifelse(is.na(fit$upper), -1, fit$upper)
  parts <- c(parts, paste0('{"name": "', name, '", "time": ', numbers(case$time), ', "event": ',
    numbers(case$event), ', "at": ', numbers(at), ', "survival": ', numbers(fit$surv), ', "lower": ',
    numbers(low), ', "upper": ', numbers(high), "}"))
}
cat("[\n", paste(parts, collapse = ",\n"), "\n]\n", sep = "")
