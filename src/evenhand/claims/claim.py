"""A claim as data: its words, its measure, its sources, and what no data at hand can tell."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ClaimSource(_Part):
    """A source; `read` is false where it was cited without its text having been read for this page."""

    text: str
    url: str = ""
    read: bool


class PublishedClass(_Part):
    """A published number of people by most serious conviction, with the NCIC classes it may stand for."""

    label: str
    ncic: tuple[str, ...]
    number: int


class PublishedCounts(_Part):
    year: str
    classes: tuple[PublishedClass, ...] = Field(alias="class")


class Review(_Part):
    """A published review of the program. `read` says how much of it was read: `summary` or `no`."""

    body: str
    name: str
    date: str
    said: str
    status: str
    url: str = ""
    read: str


class Claim(_Part):
    """One claim. `finding` is what a text alone settles; what needs data is measured."""

    id: str = Field(pattern=r"^C\d{2}$")
    kind: str
    claim: str
    measure: str
    finding: str = ""
    cannot_tell: tuple[str, ...]
    needs: tuple[str, ...] = ()
    sources: tuple[ClaimSource, ...] = Field(default=(), alias="source")
    published: PublishedCounts | None = None
    reviews: tuple[Review, ...] = Field(default=(), alias="review")


class Commentary(_Part):
    author: str
    title: str
    published_in: str
    date: str


class Claims(_Part):
    commentary: Commentary
    claims: tuple[Claim, ...] = Field(alias="claim")


@cache
def claims() -> Claims:
    """All claims, in order."""
    text = files("evenhand.claims").joinpath("claims.toml").read_text(encoding="utf-8")
    return Claims.model_validate(tomllib.loads(text))
