"""Verdicts of many rules in few columns: two bits each, 31 to a 64-bit word.

Most histories of a record have the same verdicts, so that counting the distinct words costs far less than
counting each rule's column.
"""

from collections.abc import Sequence
from functools import reduce

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from evenhand.rules.answer import Verdict

PER_WORD = 31


class Packing:
    """Where each rule's two bits are. `words` are the names of the columns, in order."""

    def __init__(self, rule_ids: Sequence[str]) -> None:
        self.rule_ids = tuple(rule_ids)
        self.words = tuple(f"word_{n}" for n in range(-(-len(rule_ids) // PER_WORD)))

    def _place(self, rule_id: str) -> tuple[str, int]:
        word, slot = divmod(self.rule_ids.index(rule_id), PER_WORD)
        return self.words[word], 2 * slot

    def pack(self, verdicts: dict[str, ir.IntegerValue]) -> dict[str, ir.IntegerValue]:
        """The words, as expressions, from each rule's verdict."""
        parts: dict[str, list[ir.IntegerValue]] = {word: [] for word in self.words}
        for rule_id in self.rule_ids:
            word, shift = self._place(rule_id)
            parts[word].append(verdicts[rule_id].cast("int64") * (1 << shift))
        return {word: reduce(lambda a, b: a + b, listed) for word, listed in parts.items()}

    def unpack(self, words: Sequence[npt.NDArray[np.int64]]) -> dict[str, npt.NDArray[np.int64]]:
        """Each rule's verdicts from the columns of words."""
        columns = dict(zip(self.words, words, strict=True))
        places = ((rule_id, *self._place(rule_id)) for rule_id in self.rule_ids)
        return {rule_id: (columns[word] >> shift) & 3 for rule_id, word, shift in places}

    def is_verdict(self, rule_id: str, verdict: Verdict) -> str:
        """SQL: the rule's verdict is this one."""
        word, shift = self._place(rule_id)
        return f"({word} >> {shift}) & 3 = {verdict.value}"

    def open_for(self, cases: ir.Table, rule_id: str) -> ir.BooleanValue:
        """Whether the rule is still open for a history: it is broken, or cannot be told."""
        word, shift = self._place(rule_id)
        return ((cases[word] >> shift) & 3) <= Verdict.CANNOT_TELL.value

    def any_broken(self) -> str:
        """SQL: some rule is broken, which is the verdict without a bit set."""
        tests = []
        for n, word in enumerate(self.words):
            rules = min(PER_WORD, len(self.rule_ids) - n * PER_WORD)
            low = sum(1 << (2 * slot) for slot in range(rules))
            tests.append(f"(({word} | ({word} >> 1)) & {low}) <> {low}")
        return " OR ".join(tests)
