"""Which rules an audit runs, and under which own bounds."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from evenhand.audit.wording import own_bounds, span_of
from evenhand.rules.algebra import RuleError
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.rule import Rule


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


def parse_setting(text: str) -> tuple[str, timedelta]:
    """`SUP-06=12h` as a rule id and a length."""
    name, sign, span = text.partition("=")
    if not sign:
        raise ChoiceError(f"{text!r} sets nothing: write it like SUP-06=12h")
    try:
        return find_rule(name).id, span_of(span)
    except ChoiceError:
        raise
    except ValueError as error:
        raise ChoiceError(str(error)) from None


def set_bounds(rules: Sequence[Rule], settings: Sequence[str]) -> tuple[Rule, ...]:
    """The rules with the stated own bounds. Only a bound that no source states can be set."""
    changed = {rule.id: rule for rule in rules}
    for rule_id, span in map(parse_setting, settings):
        if rule_id not in changed:
            raise ChoiceError(f"{rule_id} is not among the rules of this audit; its bound cannot be set")
        if not own_bounds(changed[rule_id]):
            raise ChoiceError(f"{rule_id} has no bound of its own: its bound is its source's")
        try:
            changed[rule_id] = changed[rule_id].with_own_bound(int(span.total_seconds()))
        except RuleError as error:
            raise ChoiceError(str(error)) from None
    return tuple(changed.values())
