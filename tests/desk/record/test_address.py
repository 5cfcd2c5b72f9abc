"""A subject's segment of an address: reversible for every text, and safe on the way through servers."""

from urllib.parse import quote, unquote

import pytest
from django.urls import NoReverseMatch, resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from evenhand.desk.record.address import named, segment
from evenhand.desk.record.history import Subject
from evenhand.record.events import SubjectKind

ORI = "NC0600000"
_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
_oris = st.from_regex(r"[A-Z0-9]{7,9}", fullmatch=True) | st.sampled_from(["A.B:C~D/", "AB%2FCD", "ÄÖ-0000"])


@given(_oris, _texts)
def test_every_subject_has_a_segment_of_its_own_that_leads_back(agency: str, subject: str) -> None:
    for text in (subject, f"{agency}:{subject}", f"{agency}.{subject}"):
        made = segment(agency, text)
        assert named(made) == (agency, text)
        # Neither the browser nor a proxy has anything to encode, decode, fold or cut.
        assert quote(made, safe=":") == made == unquote(made)
        assert made.strip("./") == made.strip("/").rstrip(".")


def test_simple_numbers_are_readable() -> None:
    assert segment(ORI, f"{ORI}:26-0017") == f"{ORI}:26-0017"
    assert segment(ORI, "officer-1") == f"{ORI}.officer-1"
    assert segment(ORI, f"{ORI}:26/17") == f"{ORI}:26~2F17"


@pytest.mark.parametrize(
    "text", ["", ".", "..", ORI, f"{ORI}:a/b", f"{ORI}:%2F", f"{ORI}:~41", f"{ORI}:~2f", f"{ORI}:~FF", f"{ORI}.~00",
             f"{ORI}.{ORI}~3A1", f"{ORI}:é", "../.."]
)  # fmt: skip
def test_a_text_that_is_no_segment_names_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"the address|codec"):
        named(text)


def test_an_address_takes_a_subject_or_its_text_and_nothing_else() -> None:
    subject = Subject(ORI, SubjectKind.BOOKING, f"{ORI}:new")
    address = reverse("bookings:case", args=[subject])
    assert address == f"/bookings/{ORI}:new/" == reverse("bookings:case", args=[f"{ORI}:new"])
    assert resolve(address).kwargs == {"subject": subject}
    with pytest.raises(NoReverseMatch):
        reverse("bookings:case", args=["new"])
