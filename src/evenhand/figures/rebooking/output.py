"""The files of a study of re-booking: a table, JSON, and one self-contained page."""

import csv
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evenhand.figures.rebooking.command import CSV, JSON, REPORT
from evenhand.figures.rebooking.curves import Curve
from evenhand.figures.rebooking.study import Study
from evenhand.page.bars import BarChart, bar_chart
from evenhand.page.pages import environment

_COLUMNS = ("group", "people", "days", "share", "low", "high")


def summary(study: Study) -> dict[str, Any]:
    """The study as plain JSON values. Numbers still at risk are left out: they would tell small steps."""
    return {
        "evenhand": version("evenhand"),
        "record_manifest_sha256": study.record.manifest_sha256,
        "seal": study.record.standing.as_json(),
        "record_kind": study.record.manifest.kind,
        "method": "Kaplan-Meier, Greenwood variance, 95% intervals on the log(-log) scale",
        "threshold": study.threshold,
        "cannot_tell": study.cannot_tell or None,
        "curves": [asdict(c) | {"estimates": [_estimate(e) for e in c.estimates]} for c in study.curves],
        "left_out": study.left_out or None,
        "policies": list(study.policies),
        "limits": list(study.limits),
    }


def _estimate(estimate: Any) -> dict[str, float | int | None]:
    def plain(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    shares = {name: plain(getattr(estimate, name)) for name in ("share", "low", "high")}
    return {"days": estimate.days, **shares}


def write(study: Study, folder: Path) -> None:
    """Write the table, the JSON file and the report."""
    content = summary(study)
    (folder / JSON).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with (folder / CSV).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for curve in content["curves"]:
            for row in curve["estimates"]:
                writer.writerow([curve["group"], curve["people"], *row.values()])
    page = (
        environment("evenhand.figures")
        .get_template("rebooking.html.j2")
        .render(
            study=study,
            manifest=study.record.manifest,
            charts=[_chart(curve) for curve in study.curves],
            manifest_hash=content["record_manifest_sha256"],
            version=version("evenhand"),
        )
    )
    (folder / REPORT).write_text(page, encoding="utf-8")


def _chart(curve: Curve) -> BarChart:
    rows = [(f"within {e.days:,} days", e.share, f"{e.share:.1%}") for e in curve.estimates]
    last = curve.estimates[-1] if curve.estimates else None
    words = f"{last.share:.1%} within {last.days:,} days." if last else "No step can be shown."
    return bar_chart(rows, f"{curve.people:,} people; booked again: {words}")
