"""Tracking codes: long enough that nobody guesses one, and a slip of the pen is told from an unknown code."""

import math
import random

import pytest

from evenhand.desk.complaints.code import LEFT_OUT, LENGTH, LETTERS, CodeError, digest_of, new_code, read

DRAWN = random.Random(7)


def test_a_code_has_131_random_bits_and_no_two_are_the_same() -> None:
    assert (LENGTH - 1) * math.log2(len(LETTERS)) > 128
    assert len({new_code() for _ in range(2000)}) == 2000
    places = list(zip(*(read(new_code()) for _ in range(2000)), strict=True))
    assert all(set(place) == set(LETTERS) for place in places)


def test_no_character_is_mistaken_for_another() -> None:
    assert sorted(LETTERS + LEFT_OUT.replace(" ", "")) == sorted("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize("between", ["-", " ", "", "\u2013", " - ", ".", "\u00a0"])
def test_a_code_is_read_however_its_groups_are_separated(between: str) -> None:
    code = new_code()
    typed = f"  {between.join(code.split('-')).lower()} "
    assert read(typed) == code.replace("-", "")
    assert digest_of(read(typed)) == digest_of(code)


def test_every_wrong_character_and_every_swap_is_a_typing_error() -> None:
    code = read(new_code())
    for place in range(LENGTH):
        for letter in LETTERS.replace(code[place], ""):
            with pytest.raises(CodeError, match="typing error"):
                read(code[:place] + letter + code[place + 1 :])
        for other in range(place + 1, min(place + 22, LENGTH)):
            if code[place] != code[other]:
                swapped = list(code)
                swapped[place], swapped[other] = code[other], code[place]
                with pytest.raises(CodeError, match="typing error"):
                    read("".join(swapped))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("C-7K3M-9QXA-2B4D", "no longer open a complaint"),
        ("c7k3m9qxa2b4d", "no longer open a complaint"),
        ("3A7KM", "you entered 5"),
        ("O" * LENGTH, "never has 0 1 2 5 8"),
        ("\u0000", "never has"),
        ("ſ" * LENGTH, "never has"),
        ("３A7KM", "never has"),
    ],
)
def test_what_is_no_code_is_answered_by_its_form_alone(typed: str, said: str) -> None:
    with pytest.raises(CodeError, match=said):
        read(typed)
