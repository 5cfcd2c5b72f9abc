"""A register of publications, so that nobody publishes two editions that give people away by subtraction.

Each publication writes a `publication.json` beside its tables. Those of neighboring folders, of the folder
that is replaced and of a register file (one JSON object a line) are compared with a new one: an earlier
edition of the same figures that it was not protected against is named, loudly.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

FILE = "publication.json"
_UNPROTECTED = 3


@dataclass(frozen=True)
class Publication:
    """What was published: by which command, of which agencies and year, and which editions it knew of.

    `content_sha256` is the hash of its JSON file, and names it in the `protected_against` of later ones.
    """

    command: str
    agencies: tuple[str, ...]
    fiscal_year: str | None
    threshold: int
    record_manifest_sha256: str
    content_sha256: str
    protected_against: tuple[str, ...] = ()

    def is_edition_of(self, other: "Publication") -> bool:
        """Whether both count the same things of a shared agency and year, and not with the same result."""
        shared = set(self.agencies) & set(other.agencies) or not (self.agencies and other.agencies)
        return (
            bool(shared)
            and (self.command, self.fiscal_year) == (other.command, other.fiscal_year)
            and self.content_sha256 != other.content_sha256
        )


class UnprotectedError(click.ClickException):
    """An earlier edition was found, and the caller asked for none to be overlooked."""

    exit_code = _UNPROTECTED


@dataclass(frozen=True)
class EarlierEditions:
    """Where a command looks for earlier editions, and what it does about one.

    `register` is a file of publications, `fail` refuses to publish beside an edition that the new one is not
    protected against, and `remedy` says what to do about it.
    """

    register: Path | None
    fail: bool
    remedy: str

    def check(self, new: Publication, out: Path) -> None:
        """Warn on stderr of earlier editions that `new`, to be put at `out`, is not protected against.

        Raises `UnprotectedError` instead if `fail`; `ValueError` if the register can't be read.
        """
        found = {
            old.content_sha256: where
            for old, where in _earlier(out, self.register)
            if new.is_edition_of(old) and old.content_sha256 not in new.protected_against
        }
        if not found:
            return
        places = "\n".join(f"  {where} ({sha[:12]})" for sha, where in found.items())
        text = (
            "These figures were published before, from a record that differed:\n"
            f"{places}\n"
            f"Whoever subtracts one edition from the other can find a single person's case. {self.remedy}"
        )
        if self.fail:
            raise UnprotectedError(f"{text} Nothing was written.")
        click.secho(f"WARNING: {text}", fg="red", bold=True, err=True)

    def enter(self, publication: Publication) -> None:
        """Add the publication to the register, unless it is there."""
        if self.register is None or publication in (old for old, _ in _of_file(self.register)):
            return
        with self.register.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(publication), ensure_ascii=False) + "\n")


def write(publication: Publication, folder: Path) -> None:
    """Write `publication.json` into the folder."""
    text = json.dumps(asdict(publication), indent=2, ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _earlier(out: Path, register: Path | None) -> Iterator[tuple[Publication, str]]:
    for path in sorted(out.absolute().parent.glob(f"*/{FILE}")):
        try:
            yield _parsed(path.read_text(encoding="utf-8")), str(path.parent)
        except (OSError, ValueError, KeyError, TypeError):
            click.echo(f"{path} can't be read as a publication: skipped.", err=True)
    if register is not None:
        yield from _of_file(register)


def _of_file(register: Path) -> Iterable[tuple[Publication, str]]:
    if not register.exists():
        return
    for number, line in enumerate(register.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield _parsed(line), f"{register}, line {number}"
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{register}, line {number}: this is not an entry of a register.") from None


def _parsed(text: str) -> Publication:
    """An entry. Raises `ValueError`, `KeyError` or `TypeError` if it is none."""
    content = json.loads(text)
    lists = {name: tuple(content[name]) for name in ("agencies", "protected_against")}
    return Publication(**content | lists)
