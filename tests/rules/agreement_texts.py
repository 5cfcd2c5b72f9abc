"""The texts of the agreements, page by page, and whether a quotation is on a page.

The text layers of the PDFs misread letters and split words, so letters that look alike count as one, and
spaces and punctuation do not count. A quotation leaves words out with "...".
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "agreements"
_FOOT = re.compile(r"^\s*(\d+|\[AGENCY\].*|.*Revised 02/15/?1?2025)\s*$", re.MULTILINE)
_ALIKE = (
    *(("rn", "nn"), ("rm", "nn"), ("m", "nn"), ("0", "o"), ("foo", "fod"), ("c", "e")),
    *((letter, "l") for letter in "1i|!j"),
)


@cache
def pages(template: str) -> dict[int, str]:
    """The pages of an agreement, without their feet."""
    text = (FOLDER / f"{template}.txt").read_text(encoding="utf-8")
    found = re.split(r"^=== page (\d+) ===$", text, flags=re.MULTILINE)[1:]
    return {int(n): _FOOT.sub("", body) for n, body in zip(found[::2], found[1::2], strict=True)}


def numbers(page: str) -> tuple[int, ...]:
    """The page numbers that `p. 9`, `p. 5-6` or `p. 1, 8` names. Raises `ValueError` for anything else."""
    if not re.fullmatch(r"p\. \d+(-\d+)?(, \d+(-\d+)?)*", page):
        raise ValueError(f"{page!r} names no page: write it like p. 9, p. 5-6 or p. 1, 8")
    ranges = (re.findall(r"\d+", part) for part in page.split(","))
    return tuple(n for ends in ranges for n in range(int(ends[0]), int(ends[-1]) + 1))


def plain(text: str) -> str:
    """Letters and digits only, those that look alike as one."""
    text = text.lower()
    for seen, stands in _ALIKE:
        text = text.replace(seen, stands)
    return re.sub(r"[^a-z0-9]", "", text)


def is_on_page(quote: str, template: str, page: str) -> bool:
    """Whether the words stand on these pages, in this order."""
    text = plain(" ".join(pages(template)[n] for n in numbers(page)))
    place = 0
    for part in quote.split("..."):
        place = text.find(plain(part), place)
        if place < 0:
            return False
        place += len(plain(part))
    return True
