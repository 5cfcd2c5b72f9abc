"""Turning a source's bytes into UTF-8, with a mark where bytes do not fit the encoding."""

import codecs
from collections.abc import Iterable, Iterator

from charset_normalizer import from_bytes

from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import MIB

MARK = "￿"
"""A noncharacter that stands for bytes that the encoding does not have."""
MARK_BYTES = MARK.encode()
SAMPLE = MIB // 4

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SINGLE_BYTE = ["cp1252", "cp437", "cp850", "mac_roman", "latin_1"]


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return MARK, max(error.end, error.start + 1)


codecs.register_error("evenhand-mark", _mark)


def _without_marks(text: str) -> bytes:
    """Text as UTF-8, without the byte order marks that files joined end to end have inside."""
    return text.replace("\ufeff", "").encode()


def guess(sample: bytes) -> str:
    """The encoding that a sample is most likely in; 'ascii' when it shows no other sign.

    UTF-8 when it decodes as such; UTF-16 by its zero bytes; else the best of the single-byte encodings
    of American and Western European systems, Windows-1252 if none stands out.
    """
    if sample.isascii() and b"\0" not in sample:
        return "ascii"
    for name in ("utf-16-le", "utf-16-be"):
        zeros = sample[1::2] if name.endswith("le") else sample[0::2]
        others = sample[0::2] if name.endswith("le") else sample[1::2]
        if len(zeros) > 2 and zeros.count(0) > 0.6 * len(zeros) and others.count(0) < 0.1 * len(others):
            return name
    text = codecs.getincrementaldecoder("utf-8")(errors="evenhand-mark").decode(sample)
    strange = text.count(MARK)
    # Text of another encoding seldom forms a whole UTF-8 character by chance.
    if strange == 0 or sum(not c.isascii() for c in text) >= 2 * strange:
        return "utf-8"
    lines = b"\n".join(line for line in sample.splitlines() if not line.isascii())
    best = from_bytes(lines[: 32 * 1024], cp_isolation=_SINGLE_BYTE).best()
    return best.encoding if best is not None else "cp1252"


class Recoder:
    """Gives UTF-8 for the bytes of one source. `name` is the encoding in use, `stated` or guessed.

    A source that starts in plain ASCII is guessed again at its first other byte. Where it cannot be
    read, the text has `MARK`.
    """

    def __init__(self, stated: str | None, file: str) -> None:
        self.stated = stated is not None
        if stated is not None:
            try:
                stated = codecs.lookup(stated).name
            except LookupError:
                raise IntakeError(
                    f"{file}: file.encoding = {stated!r} in the mapping is not an encoding that Python "
                    'knows. Use, for example, "utf-8", "cp1252" or "utf-16".'
                ) from None
        self.name = stated

    def recode(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        pieces = iter(pieces)
        first = next(pieces, b"")
        while len(first) < 4 and (more := next(pieces, b"")):
            first += more
        for bom, name in _BOMS:
            if first.startswith(bom):
                self.name = name if not self.stated or name.startswith("utf-8") else self.name
                if self.name is not None and self.name.replace("_", "-").startswith(name[:6]):
                    self.name, first = name, first[len(bom) :]
                break
        if self.name is None:
            self.name = guess(first[:SAMPLE])
        decoder = None if self.name == "ascii" else self._decoder()
        piece: bytes | None = first
        while piece is not None:
            if decoder is None and not piece.isascii():
                self.name = guess(piece[:SAMPLE] if not piece[:SAMPLE].isascii() else piece)
                decoder = self._decoder()
            yield piece if decoder is None else _without_marks(decoder.decode(piece))
            piece = next(pieces, None)
        if decoder is not None:
            yield _without_marks(decoder.decode(b"", final=True))

    def _decoder(self) -> codecs.IncrementalDecoder:
        assert self.name is not None
        return codecs.getincrementaldecoder(self.name)(errors="evenhand-mark")
