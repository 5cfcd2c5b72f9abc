"""The agreement templates whose text was read: the rules on agreements are asked only under these."""

from enum import StrEnum


class Template(StrEnum):
    """The agreement templates that were read: model and year of the form."""

    J20 = "J20"
    J25 = "J25"
    W19 = "W19"
    W25 = "W25"

    @property
    def model(self) -> str:
        return "JEM" if self.value.startswith("J") else "WSO"

    @property
    def year(self) -> int:
        return 2000 + int(self.value[1:])


JEM, WSO = (Template.J20, Template.J25), (Template.W19, Template.W25)
ALL_TEMPLATES = (*JEM, *WSO)
UNREAD = "unread"
"""What stands for every other template."""


def template_of(model: str | None, year: int | None) -> str | None:
    """Return the code of an agreement's template, `UNREAD` for one that was not read, None if not known."""
    if model is None or year is None:
        return None
    return next((str(t) for t in Template if (t.model, t.year) == (model, year)), UNREAD)
