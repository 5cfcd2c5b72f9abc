"""What a look found, in words, as a table and as data."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from evenhand.uniformity.watch.cases import day_of
from evenhand.uniformity.watch.evidence import confidence_sequence, most_likely, shares_at
from evenhand.uniformity.watch.monitor import Found, Look

METHOD = (
    "Within facility and first charge, in blocks of days. e-value: likelihood ratio of two-by-two tables "
    "with given margins, averaged over odds ratios (Robbins 1970; ter Schure and others 2024). Family: "
    "closed testing with averages of e-values (Vovk and Wang 2021)."
)

NO_CASE = "no case of one of them has been counted yet"


def promise(look: Look) -> str:
    """What an alert's rate of error is, in words."""
    return (
        f"{len(look.found)} comparisons. An alert is given when an adjusted e-value reaches "
        f"{1 / look.alpha:g}. However long and often one looks, the chance of any false alert among all of "
        f"them is at most {look.alpha:.3g}. Intervals hold for ever too, each on its own with "
        f"{1 - look.alpha:.3g}. An alert tells of a difference in the record, not of its cause."
    )


def entry(found: Found, look: Look) -> dict[str, Any]:
    """One comparison as data; shares and differences in points of 1, ratios of odds (of a time: of the odds
    of the event at each moment)."""
    c, kept = found.comparison, found.kept
    ratios = np.array(kept.ratios)
    low, high = confidence_sequence(ratios, look.alpha)
    told = all(kept.cases) and 0 < sum(kept.events) < sum(kept.cases)
    data: dict[str, Any] = {
        "measure": c.watched.id,
        "title": c.watched.measure.title,
        "share": not c.watched.is_time,
        "of": c.watched.measure.of,
        "column": c.column,
        "reference": c.reference,
        "group": c.group,
        "cases_reference": kept.cases[0],
        "cases_group": kept.cases[1],
        "events_reference": kept.events[0],
        "events_group": kept.events[1],
        "odds_ratio": most_likely(ratios) if np.any(ratios) else None,
        "odds_ratio_low": low,
        "odds_ratio_high": high,
        "difference": None,
        "difference_low": None,
        "difference_high": None,
        "e_value": _e(found.log_e),
        "e_value_adjusted": _e(found.adjusted),
        "log_e_value": found.log_e,
        "log_e_value_adjusted": found.adjusted,
        "alert": kept.alert,
        "corrected": kept.corrected,
        "e_value_recomputed": None if found.recomputed is None else _e(found.recomputed),
        "limits": c.watched.measure.limits,
    }
    if told and not c.watched.is_time:
        total = sum(kept.events)

        def difference(ratio: float | None, *, low: bool) -> float:
            reference, group = shares_at(ratio, *kept.cases, total, low=low)
            return group - reference

        data["difference_low"] = difference(low, low=True)
        data["difference_high"] = difference(high, low=False)
        data["difference"] = kept.events[1] / kept.cases[1] - kept.events[0] / kept.cases[0]
        if data["odds_ratio"] is not None:
            data["difference"] = difference(data["odds_ratio"], low=True)
    data["sentence"] = sentence(data)
    return data


def _e(log: float) -> float:
    return math.exp(min(log, 690.0))


def sentence(data: dict[str, Any]) -> str:
    """A comparison in neutral words."""
    who = f"{data['column']} {data['group']}, next to {data['reference']}"
    what = f"“{data['title']}” ({data['of']})"
    if not (data["cases_reference"] and data["cases_group"]):
        return f"{what}, {who}: {NO_CASE}."
    if data["share"] and (same := all_alike(data)):
        return f"{what}, {who}: {same}. Such cases tell of no difference."
    if data["difference"] is None:
        size = f"a ratio of {number(data['odds_ratio'])} ({spread(data, 'odds_ratio', number)})"
    else:
        size = f"{points(data['difference'])} points ({spread(data, 'difference', points)})"
    if data["alert"]:
        text = f"{what}, {who}: the record has shown a difference since {data['alert']}; now {size}."
    else:
        text = f"{what}, {who}: no difference has been shown. What is still possible: {size}."
    if data["corrected"]:
        text += (
            f" Days already counted have been corrected since (seen on {data['corrected']}); over the record "
            f"as it is now the e-value is {number(data['e_value_recomputed'])}."
        )
    return text


def all_alike(data: dict[str, Any]) -> str | None:
    """What is so in every case of both groups, if something is."""
    events = data["events_reference"] + data["events_group"]
    if not events:
        return "in none of the cases of both"
    return "in every case of both" if events == data["cases_reference"] + data["cases_group"] else None


def number(value: float | None) -> str:
    if value is None:
        return "not bounded"
    return f"{value:.3g}" if value < 10_000 else f"{value:.1e}"


def points(value: float | None) -> str:
    return "not bounded" if value is None else f"{100 * value:+.2f}"


def spread(data: dict[str, Any], name: str, text: Callable[[float | None], str]) -> str:
    return f"{text(data[f'{name}_low'])} to {text(data[f'{name}_high'])}"


def as_data(look: Look) -> dict[str, Any]:
    """A look as data, all of it."""
    return {
        "seal": look.standing.as_json(),
        "last_day": str(day_of(look.last)),
        "alpha": look.alpha,
        "promise": promise(look),
        "method": METHOD,
        "comparisons": [entry(found, look) for found in look.found],
        "not_watched": dict(notes(look)),
    }


def notes(look: Look) -> Iterator[tuple[str, str]]:
    """What is not watched, and why."""
    for name, needs in look.lacking.items():
        yield name, f"the record does not tell of {', '.join(needs)}"
    yield from look.unusable.items()
    for name in look.later:
        yield name, "not in the family: the record had no such group when the state was begun"
