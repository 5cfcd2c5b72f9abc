"""Shares of irregular histories: the shipped ones, or those of a TOML file."""

import tomllib
from importlib.resources import files
from pathlib import Path

from evenhand.simulate.irregular.kinds import Kind


class SharesError(Exception):
    """A file of shares that cannot be used; the message names file, key, value and remedy."""


def shipped_shares() -> dict[str, float]:
    """A share for every irregularity."""
    text = files("evenhand.simulate.irregular").joinpath("irregular.toml").read_text(encoding="utf-8")
    return _checked("the shipped irregular.toml", tomllib.loads(text))


def read_shares(path: Path) -> dict[str, float]:
    """The shares of a file: a table `[shares]`. What it does not name does not occur."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise SharesError(
            f"{path}: cannot be read ({error.strerror}). Name a TOML file, or 'none'."
        ) from None
    except UnicodeDecodeError as error:
        raise SharesError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SharesError(f"{path}: is not TOML: {error}.") from None
    return _checked(str(path), content)


def _checked(name: str, content: dict[str, object]) -> dict[str, float]:
    for key in content:
        if key != "shares":
            raise SharesError(f"{name}: {key} is not known. Put the shares into one table, [shares].")
    table = content.get("shares", {})
    if not isinstance(table, dict):
        raise SharesError(f"{name}: shares is {table!r}. Write a table [shares] with a line for each kind.")
    shares: dict[str, float] = {}
    for kind, share in table.items():
        where = f"{name}: shares.{kind}"
        if kind not in list(Kind):
            raise SharesError(f"{where}: no such irregularity. Use one of {', '.join(Kind)}.")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise SharesError(f"{where} = {share!r}: write a number from 0 to 1, such as 0.01.")
        shares[kind] = float(share)
    return shares
