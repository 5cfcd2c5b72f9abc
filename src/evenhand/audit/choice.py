"""Which rules an audit runs, with which bounds and severities."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from evenhand.rules.algebra import RuleError
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.rule import Rule
from evenhand.rules.wording import span_of, span_text


class ChoiceError(ValueError):
    """A rule, group or bound that was asked for and is not there; the message names the nearest."""


def _nearest(text: str, known: Iterable[str]) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extractOne(text, list(known), scorer=OSA.normalized_similarity, score_cutoff=0.4)
    return f"; did you mean {found[0]}?" if found else ""


def find_rule(text: str) -> Rule:
    """The rule of the catalog with that id, in whatever case."""
    rule = CATALOG.get(text.strip().upper())
    if rule is None:
        hint = _nearest(text.upper(), CATALOG)
        raise ChoiceError(f"there is no rule {text!r}{hint} `evenhand rules list` shows them all.")
    return rule


def find_group(text: str) -> str:
    """The code of a group, given its code or its title in whatever case."""
    wanted = text.strip().lower()
    for code, title in GROUPS.items():
        if wanted in (code.lower(), title.lower()):
            return code
    hint = _nearest(text.upper(), GROUPS)
    raise ChoiceError(f"there is no group {text!r}{hint} The groups: {', '.join(GROUPS)}.")


def choose_rules(ids: Sequence[str] = (), groups: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The named rules and the rules of the named groups, in the catalog's order; all if none is named."""
    wanted = {find_rule(text).id for text in ids}
    chosen_groups = {find_group(text) for text in groups}
    if not wanted and not chosen_groups:
        return tuple(CATALOG.values())
    return tuple(r for r in CATALOG.values() if r.id in wanted or r.group in chosen_groups)


def parse_bound(text: str) -> tuple[str, tuple[timedelta, ...]]:
    """`SUP-06=12h` as a rule id and lengths; several bounds of one rule are set together: `CMP-05=5d,60d`."""
    name, sign, spans = text.partition("=")
    if not sign:
        raise ChoiceError(f"{text!r} does not set a time limit. Write it like SUP-06=12h.")
    rule = find_rule(name)
    try:
        return rule.id, tuple(span_of(span) for span in spans.split(","))
    except ValueError as error:
        raise ChoiceError(str(error)) from None


def set_bounds(rules: Sequence[Rule], bounds: Sequence[str]) -> tuple[Rule, ...]:
    """The rules with the stated bounds of our own. A bound that a source states cannot be set."""
    changed = {rule.id: rule for rule in rules}
    for rule_id, lengths in map(parse_bound, bounds):
        if rule_id not in changed:
            raise ChoiceError(f"{rule_id} is not among the rules of this audit; its bound cannot be set")
        own = changed[rule_id].own_bounds
        if not own:
            raise ChoiceError(
                f"You can't set a time limit for {rule_id}: a source states it, or the rule has none."
            )
        if len(own) != len(lengths):
            listed = ", ".join(map(span_text, own))
            raise ChoiceError(
                f"{rule_id} has {len(own)} time limits ({listed}). Give {len(own)} lengths in this order, "
                "separated by commas"
            )
        try:
            changed[rule_id] = changed[rule_id].with_own_bounds(*(int(x.total_seconds()) for x in lengths))
        except RuleError as error:
            raise ChoiceError(str(error)) from None
    return tuple(changed.values())
