"""Read a case file and report all its problems at once."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from rapidfuzz import process
from rapidfuzz.distance import OSA
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evenhand.casefile.case import TYPES, Case
from evenhand.casefile.nodes import Reader, compose, is_null
from evenhand.casefile.times import FORMS, read_moment, widened
from evenhand.casefile.values import read_field
from evenhand.record.events import FIELDS, ActorRole, SubjectKind
from evenhand.record.time import Moment
from evenhand.rules.standing import Row

KEYS = (
    "finding", "uncertain", "sources", "agency", "zone", "from", "until", "none", "events", "should",
)  # fmt: skip
"""The keys of a case file."""
REQUIRED = ("agency", "zone", "until", "events")
_TEXT_KEYS = ("actor", "actor_role", "subject", "facility", "agency", "source", "reason")
EVENT_KEYS = ("at", "type", *_TEXT_KEYS, "recorded_at")
"""The keys that an event of every type can have."""
_STATED = ("actor", "actor_role", "facility", "reason", "recorded_at")
"""The keys among these that a rule may read."""
_DEFAULT_SUBJECTS = {
    SubjectKind.BOOKING: "booking",
    SubjectKind.AGREEMENT: "agreement",
    SubjectKind.COMPLAINT: "complaint",
    SubjectKind.REVIEW: "review",
    SubjectKind.SYSTEM: "system",
}
_SHORTEST_ORI, _LONGEST_ORI = 7, 9
_MINUTE = timedelta(minutes=1)
_RANGES = "Use {from: ..., to: ...} or {about: ..., within: 2h}."
_TEMPLATE = "Start from `evenhand case new FILE`."


def read_case(path: Path) -> Case:
    """Read a case file. Raises `CaseFileError` with all its problems."""
    reader = Reader(path)
    root = compose(path, reader)
    top: dict[str, Node] = {}
    for name, key, value in reader.entries(root):
        if name in KEYS:
            top[name] = value
        else:
            reader.problem(key, f"The key {name!r} is unknown.", _instead(name, KEYS))
    for name in REQUIRED:
        if name not in top:
            reader.problem(1, f"The key {name!r} is missing.", f"Add a line `{name}:`. {_TEMPLATE}")
    agency = _agency(reader, top.get("agency"))
    zone = _zone(reader, top.get("zone"))
    since = _moment(reader, top["from"], zone) if "from" in top else None
    until = _moment(reader, top["until"], zone) if "until" in top else None
    type_sources, sources = _sources(reader, top.get("sources"))
    case_events = _Events(reader, agency, zone, until.latest if until else None, type_sources)
    events = case_events.read(top.get("events"))
    none = _types(reader, top.get("none"))
    uncertain = reader.texts(top["uncertain"], "`uncertain`") if _given(top, "uncertain") else []
    finding = reader.text(top["finding"], "`finding`") if _given(top, "finding") else None
    should = _should(reader, top.get("should"))
    if reader.problems:
        raise reader.fail()
    assert until is not None
    assert until.earliest is not None
    assert until.latest is not None
    # A day lasts until its end. A minute, such as midnight, means its first moment.
    end = until.latest if until.latest - until.earliest > _MINUTE else until.earliest
    return Case(
        path,
        agency,
        zone.key,
        end,
        tuple(events),
        tuple(none),
        since.earliest if since else None,
        finding or "",
        tuple(text for text, _ in uncertain),
        tuple(sources),
        type_sources,
        should,
    )


def _given(top: dict[str, Node], name: str) -> bool:
    return name in top and not is_null(top[name])


def _instead(name: str, known: tuple[str, ...]) -> str:
    """Suggest the nearest known word, or list the known words."""
    found = process.extractOne(name, known, scorer=OSA.normalized_similarity, score_cutoff=0.5)
    if found:
        return f"Did you mean {found[0]!r}?"
    return f"Use one of: {', '.join(known)}." if len(known) <= 40 else "See the list in docs/case.md."


def _agency(reader: Reader, node: Node | None) -> str:
    text = reader.text(node, "`agency`") if node is not None else None
    if text is not None and not _SHORTEST_ORI <= len(text) <= _LONGEST_ORI:
        reader.problem(
            node or 1,
            f"The agency {text!r} is not an ORI.",
            "An ORI has 7 to 9 characters, such as NC0600000.",
        )
    return text or ""


def _zone(reader: Reader, node: Node | None) -> ZoneInfo:
    text = reader.text(node, "`zone`") if node is not None else None
    if text is not None:
        try:
            return ZoneInfo(text)
        except (ValueError, OSError, LookupError):
            reader.problem(
                node or 1, f"The time zone {text!r} is unknown.", "Use a name such as America/New_York."
            )
    return ZoneInfo("UTC")


def _types(reader: Reader, node: Node | None) -> list[str]:
    """The event types of a list."""
    if node is None or is_null(node):
        return []
    found = []
    for text, item in reader.texts(node, "`none`"):
        if text in TYPES:
            found.append(text)
        else:
            reader.problem(item, f"There is no event type {text!r}.", _instead(text, tuple(TYPES)))
    return list(dict.fromkeys(found))


def _sources(reader: Reader, node: Node | None) -> tuple[dict[str, str], list[str]]:
    """Read the sources: by event type, and for the whole case."""
    if node is None or is_null(node):
        return {}, []
    if not isinstance(node, MappingNode):
        return {}, [text for text, _ in reader.texts(node, "`sources`")]
    by_type = {}
    for name, key, value in reader.entries(node):
        if name not in TYPES:
            reader.problem(key, f"There is no event type {name!r}.", _instead(name, tuple(TYPES)))
        elif (text := reader.text(value, f"The source of {name}")) is not None:
            by_type[name] = text
    return by_type, list(dict.fromkeys(by_type.values()))


def _should(reader: Reader, node: Node | None) -> dict[str, str]:
    if node is None or is_null(node):
        return {}
    if not isinstance(node, MappingNode):
        reader.problem(
            node, "`should` is not a list of rules with answers.", "Write lines like `HLD-01: holds`."
        )
        return {}
    found = {}
    for name, _, value in reader.entries(node):
        if (text := reader.text(value, f"The answer for {name}")) is not None:
            found[name] = text
    return found


def _moment(reader: Reader, node: Node, zone: ZoneInfo) -> Moment | None:
    """Read a moment in any form. Return None and note a problem if it is not valid."""
    try:
        if isinstance(node, MappingNode):
            return _range(reader, node, zone)
        if isinstance(node, ScalarNode) and not is_null(node):
            return read_moment(node.value, zone)
        reader.problem(node, "The time is empty.", FORMS)
    except ValueError as error:
        reader.problem(node, str(error), FORMS)
    return None


def _range(reader: Reader, node: MappingNode, zone: ZoneInfo) -> Moment | None:
    """`{from: ..., to: ...}` or `{about: ..., within: 2h}`."""
    parts: dict[str, str] = {}
    for name, key, value in reader.entries(node):
        if name not in ("from", "to", "about", "within"):
            reader.problem(
                key, f"A time has no {name!r}.", "Use {from: ..., to: ...} or {about: ..., within: 2h}."
            )
            return None
        text = reader.text(value, f"`{name}`")
        if text is None:
            return None
        parts[name] = text
    if parts.keys() == {"from", "to"}:
        first, last = read_moment(parts["from"], zone), read_moment(parts["to"], zone)
        assert first.earliest is not None
        assert last.latest is not None
        if first.earliest > last.latest:
            reader.problem(node, f"{parts['from']!r} is after {parts['to']!r}.", "Swap `from` and `to`.")
            return None
        return Moment(first.earliest, last.latest)
    if parts.keys() in ({"about"}, {"about", "within"}):
        return widened(parts["about"], parts.get("within"), zone)
    reader.problem(node, "The time is not complete.", _RANGES)
    return None


class _Events:
    """Reads the list of events into rows."""

    def __init__(
        self, reader: Reader, agency: str, zone: ZoneInfo, until: datetime | None, sources: dict[str, str]
    ) -> None:
        self.reader, self.agency, self.zone, self.until = reader, agency, zone, until
        self.sources = sources

    def read(self, node: Node | None) -> list[Row]:
        if node is None:
            return []
        if isinstance(node, SequenceNode) and not node.value:
            self.reader.problem(
                node, "`events` is empty.", "Write at least one event as `- {at: ..., type: ...}`."
            )
            return []
        if not isinstance(node, SequenceNode):
            self.reader.problem(
                node, "`events` is not a list of events.", "Write each event as `- {at: ..., type: ...}`."
            )
            return []
        rows = (self._event(item, number) for number, item in enumerate(node.value, 1))
        return [row for row in rows if row is not None]

    def _event(self, node: Node, number: int) -> Row | None:
        reader = self.reader
        if not isinstance(node, MappingNode):
            reader.problem(node, "An event is not a block of keys.", "Write `- {at: ..., type: ...}`.")
            return None
        keys = {name: (key, value) for name, key, value in reader.entries(node)}
        for name in ("at", "type"):
            if name not in keys:
                reader.problem(node, f"The event has no {name!r}.", f"Add `{name}: ...`.")
        kind = reader.text(keys["type"][1], "`type`") if "type" in keys else None
        if kind is not None and kind not in TYPES:
            value = keys["type"][1]
            reader.problem(value, f"There is no event type {kind!r}.", _instead(kind, tuple(TYPES)))
            kind = None
        moment = _moment(reader, keys["at"][1], self.zone) if "at" in keys else None
        if kind is None or moment is None:
            return None
        assert moment.earliest is not None
        if self.until is not None and moment.earliest > self.until:
            reader.problem(
                keys["at"][1], "The event is later than `until`.", "Correct the time or set a later `until`."
            )
        row = self._envelope(keys, kind, moment, number, node)
        row["stated"] = self._fields(row, keys, kind)
        return row

    def _envelope(
        self, keys: dict[str, tuple[Node, Node]], kind: str, moment: Moment, number: int, node: Node
    ) -> Row:
        reader = self.reader
        plain = {
            name: reader.text(keys[name][1], f"`{name}`")
            for name in _TEXT_KEYS
            if name in keys and not is_null(keys[name][1])
        }
        role = plain.get("actor_role")
        if role is not None and role not in tuple(ActorRole):
            reader.problem(
                keys["actor_role"][1], f"There is no role {role!r}.", _instead(role, tuple(ActorRole))
            )
        of = TYPES[kind].subject_kind
        subject = plain.get("subject") or _DEFAULT_SUBJECTS.get(of) or plain.get("facility")
        if subject is None:
            reader.problem(
                node,
                f"The event {kind} does not say which {of} it is about.",
                "Add `subject: ...` with its id.",
            )
        source = plain.get("source") or self.sources.get(kind)
        place = f"{reader.path.name}, line {node.start_mark.line + 1}"
        exact = moment.earliest == moment.latest
        row: Row = {
            "id": UUID(int=number),
            "type": kind,
            "version": 1,
            "kind": of,
            "subject": subject or "",
            "agency": plain.get("agency") or self.agency,
            "facility": plain.get("facility"),
            "occurred_at": moment.earliest,
            "occurred_by": None if exact else moment.latest,
            "zone": self.zone.key,
            "actor": plain.get("actor"),
            "actor_role": role,
            "reason": plain.get("reason"),
            "source_kind": "import",
            "source_file": f"{source}; {place}" if source else place,
            "source_row": None,
        }
        if "recorded_at" in keys and (recorded := _moment(reader, keys["recorded_at"][1], self.zone)):
            row["recorded_at"] = recorded.earliest
        return row

    def _fields(self, row: Row, keys: dict[str, tuple[Node, Node]], kind: str) -> frozenset[str]:
        """Add the event's own fields to the row. Return the names of all fields that the event states."""
        stated = {name for name in keys if name in _STATED}
        specs = FIELDS[kind]
        for name, (key, value) in keys.items():
            if name in EVENT_KEYS and name not in specs:
                continue
            spec = specs.get(name)
            if spec is None:
                known = tuple(n for n, s in specs.items() if not s.personal) + EVENT_KEYS
                self.reader.problem(key, f"{kind} has no field {name!r}.", _instead(name, known))
            elif spec.personal:
                self.reader.problem(
                    key, f"{kind}.{name} is personal data, which rules do not read.", "Delete this line."
                )
            else:
                stated.add(name)
                row[name] = read_field(self.reader, spec, kind, value, self.zone)
        return frozenset(stated)
