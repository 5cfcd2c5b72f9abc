"""Claims as plain text and as Markdown: the same words in the same order."""

from evenhand.claims.answer import Answer
from evenhand.claims.claim import Claim, claims
from evenhand.claims.run import Answered


def commentary() -> str:
    """Whose claims these are."""
    c = claims().commentary
    return f'Claims of {c.author}, "{c.title}", {c.published_in}, {c.date}.'


def body(claim: Claim) -> list[tuple[str, list[str]]]:
    """What is said of a claim without data: headings with their lines."""
    parts = [("Measure", [claim.measure])]
    if claim.finding:
        parts.append(("What the texts say", [claim.finding]))
    if claim.published:
        classes = claim.published.classes
        rows = [f"{c.label}: {c.number:,} (NCIC class {' or '.join(c.ncic)})" for c in classes]
        total = sum(c.number for c in classes)
        parts.append((f"Published for {claim.published.year}", [*rows, f"together: {total:,}"]))
    if claim.reviews:
        rows = []
        for review in claim.reviews:
            name = f"{review.body}: {review.name}" + (f" ({review.date})" if review.date else "")
            rows.append(f"{name}. {review.said} Status: {review.status}. Read: {review.read}.")
        parts.append(("Published reviews", rows))
    parts.append(("What it cannot tell", list(claim.cannot_tell)))
    if claim.needs:
        parts.append(("Which data would do", list(claim.needs)))
    if claim.sources:
        rows = []
        for s in claim.sources:
            read = "" if s.read else " (cited; its text was not read for this page)"
            rows.append(f"{s.text}{f', {s.url}' if s.url else ''}{read}")
        parts.append(("Sources", rows))
    return parts


def lines(answer: Answer) -> list[str]:
    """One source's answer."""
    if answer.missing:
        return [f"Cannot tell: it lacks {', '.join(answer.missing)}."]
    return [result.text for result in answer.results]


def source_line(answer: Answer) -> str:
    return f"{answer.source[:1].upper()}{answer.source[1:]}{f', {answer.date}' if answer.date else ''}"


def markdown(found: list[Answered]) -> str:
    """All claims as a page."""
    out = ["# Claims and what can be measured of them", "", commentary(), ""]
    for one in found:
        claim = one.claim
        out += [
            f"## {claim.id}",
            "",
            claim.claim,
            "",
            f"*Kind: {claim.kind}. {one.status.capitalize()}.*",
            "",
        ]
        for heading, rows in body(claim):
            if len(rows) == 1:
                out += [f"**{heading}.** {rows[0]}", ""]
            else:
                out += [f"**{heading}**", "", *(f"- {row}" for row in rows), ""]
        for answer in one.answers:
            out += [f"**{source_line(answer)}**", "", *(f"- {row}" for row in lines(answer)), ""]
    return "\n".join(out)
