"""The blocks of a suggested mapping about charges: recorded, holds among them, disposed."""

import re
from typing import Any

from evenhand.intake.header_words import words
from evenhand.intake.suggest.codes import (
    maybe_holds,
    perhaps,
    sure_dispositions,
    sure_holds,
    sure_levels,
)
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.look import Column, Look
from evenhand.intake.suggest.roles import Roles
from evenhand.record.events.booking import ChargeLevel, Disposition

_SEPARATORS = (";", "|", "\n", " / ")
_ENTITY = re.compile(r"&(#\d+|#x[0-9A-Fa-f]+|\w+);")
_TEXTS = {"description", "literal", "text", "name", "title"}
_ASKED = 200


class Charges:
    """What the file has of charges, and the blocks that read it. `at`: the cell of the booking time."""

    def __init__(self, seen: Look, roles: Roles, doubts: Doubts, at: Any) -> None:
        self._roles, self._doubts, self._at = roles, doubts, at
        self.found = self._charge()
        self.array = self.found.item_of if self.found else None
        self._separator = self._find_separator(seen) if self.found and not self.array else None
        self._level = next((c for c in roles.of("level") if c.item_of == self.array), None)

    def recorded(self) -> list[dict[str, Any]]:
        """The blocks of `charge.recorded`: criminal charges, and the holds among them."""
        charge = self.found
        if charge is None:
            return []
        texts = self._items(charge)
        named = self._naming(charge)
        named_texts = texts if named is charge else self._items(named)
        holds, doubtful = sure_holds(named_texts.counts), maybe_holds(named_texts.counts)
        criminal = self._block("charge.recorded", self._level_cell())
        others = [*holds, *doubtful]
        given = [{"column": charge.name, "given": True}]
        blocks = []
        if others:
            blocks.append({**criminal, "when": [*given, {"column": named.name, "not_in": others}]})
        else:
            blocks.append({**criminal, "when": given})
        hold = {**self._block("charge.recorded", {"value": "hold"}), "when": given}
        if holds:
            blocks.append({**hold, "when": [*given, {"column": named.name, "in": holds}]})
            self._doubts.sure.append(f"charge texts that are holds ({len(holds)})")
        if doubtful:
            infraction = {**self._block("charge.recorded", {"value": "infraction"}), "when": given}
            self._doubts.ask_of_texts(
                "holds among charges",
                f"Are these texts in {named.name} criminal charges?",
                named.name,
                {text: named_texts.seen(text) for text in doubtful[:_ASKED]},
                [
                    reading("hold", "a hold for an authority, or a civil matter", event=hold),
                    reading("infraction", "not a crime", event=infraction),
                    reading(
                        "charge",
                        "a criminal charge of the level in its row",
                        event={**criminal, "when": given},
                    ),
                    reading("none", "no charge"),
                ],
            )
        self._doubts.sure.append(f"the charges in {charge.name}")
        return blocks

    def disposed(self, at: Any) -> list[dict[str, Any]]:
        """The block of `charge.disposed`; `at`: the cell of its time."""
        column, charge = self._roles.first("disposition"), self.found
        if column is None or charge is None or self._separator is not None or column.item_of != self.array:
            return []
        sure = sure_dispositions(column.counts)
        left = [text for text, _ in column.counts.most_common() if text not in sure]
        cell: dict[str, Any] = {"column": column.name, "values": sure}
        if left:
            codes = [code.value for code in Disposition]
            similar = {"bond": "bail", "served": "sentence_served", "ice": "transferred"}
            hints = {}
            for text in left[:_ASKED]:
                likely = [similar.get(c, c) for c in perhaps(text, [*codes, *similar])]
                hints[text] = column.seen(text) + (f"; perhaps {' or '.join(likely)}" if likely else "")
            cell |= self._doubts.ask_of_texts(
                "dispositions",
                f"Which disposition are these texts in {column.name}?",
                column.name,
                hints,
                [*(reading(code, gives=code) for code in codes), reading("unknown", "leave it empty")],
                saw=_unlisted(len(left)),
            )
            cell["unknown"] = "empty"
        block = self._block("charge.disposed", None)
        block["at"] = at
        block["when"] = [{"column": charge.name, "given": True}]
        block["fields"] = {"charge_no": self._number(), "disposition": cell}
        return [block]

    def _charge(self) -> Column | None:
        """The column whose text becomes the statute; asked if several can be it."""
        found = self._roles.of("charge")
        statutes = [c for c in found if words(c.name) & {"statute", "section", "ordinance"}]
        if len(statutes) == 1:
            return statutes[0]
        return found[0] if found else None

    def _naming(self, charge: Column) -> Column:
        """The column that says in words what the charge is."""
        others = [c for c in self._roles.of("charge") if c.item_of == charge.item_of and c is not charge]
        described = [c for c in others if words(c.name) & _TEXTS]
        if described:
            return described[0]
        spoken = [
            c for c in (charge, *others) if any(re.search(r"[A-Za-z]{3}", t) for t in list(c.counts)[:200])
        ]
        return spoken[0] if spoken else charge

    def _statute(self) -> Any:
        charge = self.found
        assert charge is not None
        rivals = [c for c in self._roles.of("charge") if c.item_of == charge.item_of]
        if len(rivals) < 2 or words(charge.name) & {"statute", "section", "ordinance"}:
            return charge.name
        return self._doubts.ask(
            "statute",
            "Which column names the offense?",
            [reading(c.name, f"such as {c.examples()}", gives=c.name) for c in rivals],
        )

    def _block(self, event_type: str, level: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"type": event_type, "at": self._at}
        if self.array is not None:
            made["each"] = self.array
        elif self._separator is not None:
            made["split"] = self._split()
        made["when"] = []
        made["fields"] = {"charge_no": self._number(), "statute": self._statute()}
        agency = self._roles.first("arresting_agency")
        if self.array is not None and agency is not None and agency.item_of == self.array:
            made["fields"]["arresting_agency"] = agency.name
        if level is not None:
            made["fields"]["level"] = level
        return made

    def _split(self) -> Any:
        assert self.found is not None
        assert self._separator is not None
        columns = [self.found.name]
        for column in (self._level, self._naming(self.found)):
            if column is not None and column.name not in columns and self._holds_several(column):
                columns.append(column.name)
        made = {"columns": columns, "by": self._separator}
        if self._separator.strip() in (";", "|", ""):
            return made
        return self._doubts.ask(
            "several charges in a cell",
            f"Does {self._separator!r} separate several charges in {self.found.name}?",
            [reading("several", gives=made), reading("one", "each cell is one charge")],
            saw=[t for t in self.found.counts if self._separator in t][:3],
        )

    def _holds_several(self, column: Column) -> bool:
        return self._separator is not None and any(self._separator in t for t in column.counts)

    def _number(self) -> Any:
        number = self._roles.first("charge_no")
        if number is not None and number.item_of == self.array and self._separator is None:
            return number.name
        return {"count": True}

    def _level_cell(self) -> Any:
        level = self._level
        if level is None:
            return None
        items = self._items(level)
        sure = sure_levels(items.counts)
        left = [text for text, _ in items.counts.most_common() if text not in sure]
        cell: dict[str, Any] = {"column": level.name, "values": sure}
        if sure:
            self._doubts.sure.append(f"texts in {level.name} that are a level of a charge ({len(sure)})")
        if not left:
            return cell
        cell["unknown"] = "empty"
        return cell | self._doubts.ask_of_texts(
            "charge levels",
            f"Which level of a charge are these texts in {level.name}?",
            level.name,
            {text: items.seen(text) for text in left[:_ASKED]},
            [
                *(reading(code.value, gives=code.value) for code in ChargeLevel),
                reading("unknown", "leave it empty"),
            ],
            saw=_unlisted(len(left)),
        )

    def _items(self, column: Column) -> Column:
        """The column with each of several charges in a cell counted on its own."""
        if self._separator is None or not self._holds_several(column) or self._separator == " / ":
            return column
        items = Column(column.name)
        for text, rows in column.counts.items():
            for item in (part.strip() for part in text.split(self._separator)):
                if item:
                    items.counts[item] += rows
                    items.first[item] = min(items.first.get(item, column.first[text]), column.first[text])
        return items

    def _find_separator(self, seen: Look) -> str | None:
        assert self.found is not None
        texts = [_ENTITY.sub("x", t) for t in list(self.found.counts)[:2000]]
        return next((s for s in _SEPARATORS if sum(s in t for t in texts) > 0.02 * len(texts)), None)


def _unlisted(count: int) -> list[str]:
    return [f"{count - _ASKED:,} further texts are not listed; they are left empty"] if count > _ASKED else []
