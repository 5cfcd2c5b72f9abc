"""Changes as a feed: Atom (RFC 4287) or JSON Feed 1.1, one entry a sheet."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

Row = dict[str, Any]

_ATOM = "http://www.w3.org/2005/Atom"
TITLE = "287(g) agreements: changes from sheet to sheet"


def sentence(row: Row) -> str:
    """A change in one neutral sentence."""
    who = f"{row['agency']}, {row['state']}"
    before, after = row["before"] or "nothing", row["after"] or "nothing"
    match row["change"]:
        case "first listed" | "listed again":
            return f"{who}: {row['change']}, {after}."
        case "missing":
            return f"{who}: {before} is missing; {after}."
        case "asked for" | "asked for again":
            return f"{who}: {row['change']}, {after} (pending sheet)."
        case "request gone":
            return f"{who}: the request for {before} is no longer pending; {after}."
    return f"{who}: {row['change']} was {before}, now {after}."


def _entries(changes: Sequence[Row]) -> list[tuple[str, datetime, list[Row]]]:
    found = []
    for (day, sheet), rows in groupby(changes, key=lambda r: (r["published"], r["sheet"])):
        found.append((sheet, datetime.combine(day, time(), UTC), list(rows)))
    return found


def atom(changes: Sequence[Row], address: str) -> str:
    """An Atom feed of changes, which are given by sheet, the latest first. `address` is the feed's own."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    entries = _entries(changes)
    latest = max((moment for _, moment, _ in entries), default=datetime(1970, 1, 1, tzinfo=UTC))
    _put(feed, "id", address)
    _put(feed, "title", TITLE)
    _put(feed, "updated", latest.isoformat())
    ElementTree.SubElement(feed, f"{{{_ATOM}}}link", {"rel": "self", "href": address})
    author = ElementTree.SubElement(feed, f"{{{_ATOM}}}author")
    _put(author, "name", "Evenhand registry")
    for sheet, moment, rows in entries:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        _put(entry, "id", f"{address}#{sheet}")
        _put(entry, "title", f"{len(rows)} changes in {sheet}")
        _put(entry, "updated", moment.isoformat())
        _put(entry, "content", "\n".join(map(sentence, rows)), {"type": "text"})
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _put(parent: ElementTree.Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes or {}).text = text


def json_feed(changes: Sequence[Row], address: str) -> str:
    """A JSON feed of changes, with each change's fields beside its sentence."""
    items = [
        {
            "id": f"{address}#{sheet}",
            "title": f"{len(rows)} changes in {sheet}",
            "date_published": moment.isoformat(),
            "content_text": "\n".join(map(sentence, rows)),
            "_changes": [{k: str(v) if v is not None else None for k, v in row.items()} for row in rows],
        }
        for sheet, moment, rows in _entries(changes)
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "feed_url": address,
        "items": items,
    }
    return json.dumps(feed, indent=1, ensure_ascii=False) + "\n"
