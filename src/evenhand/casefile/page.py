"""The page of a case: every rule's answer with its reason, the timeline, the sources, what is missing."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from zoneinfo import ZoneInfo

from evenhand.casefile.case import Case
from evenhand.casefile.judge import Judged
from evenhand.casefile.timeline import draw, event_lines
from evenhand.page.pages import environment
from evenhand.rules.answer import Verdict
from evenhand.rules.explain.words import missing_words, moment_text
from evenhand.rules.rule import Severity

_ORDER = list(Severity)


def render(case: Case, answers: Sequence[Judged]) -> str:
    """The page as text."""
    zone = ZoneInfo(case.zone)
    return (
        environment("evenhand.casefile")
        .get_template("case.html.j2")
        .render(
            case=case,
            name=case.path.name,
            broken=by_severity(answers, Verdict.BROKEN),
            unclear=by_severity(answers, Verdict.CANNOT_TELL),
            holds=by_severity(answers, Verdict.HOLDS),
            outside=by_severity(answers, Verdict.NOT_APPLICABLE),
            needs=needs(answers),
            drawing=draw(case, answers),
            events=event_lines(case),
            until=moment_text(case.until, zone),
            since=moment_text(case.since, zone) if case.since else "",
            version=version("evenhand"),
        )
    )


def by_severity(answers: Sequence[Judged], verdict: Verdict) -> list[Judged]:
    """Return the rules with that answer, the most severe first."""
    chosen = [found for found in answers if found.verdict is verdict]
    return sorted(chosen, key=lambda found: _ORDER.index(Severity(found.explanation.severity)))


def needs(answers: Sequence[Judged]) -> list[tuple[str, tuple[str, ...]]]:
    """List the information that is missing and the rules that need it, most rules first."""
    asked: dict[str, list[str]] = {}
    for found in answers:
        for name in sorted(found.answer.missing):
            asked.setdefault(missing_words(name), []).append(found.rule.id)
    count = Counter({name: len(ids) for name, ids in asked.items()})
    return [(name, tuple(asked[name])) for name, _ in count.most_common()]
