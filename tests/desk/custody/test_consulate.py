"""The two lists of consulates that are told in every case."""

from evenhand.desk.custody import consulate


def test_the_lists_have_the_counts_of_their_sources() -> None:
    assert len(consulate.listed("regulation")) == 56
    assert len(consulate.listed("state_department")) == 57


def test_the_lists_differ_in_albania_alone() -> None:
    regulation, department = consulate.listed("regulation"), consulate.listed("state_department")
    assert regulation ^ department == {"AL"}
    assert consulate.mandatory() == department


def test_the_changes_of_2007_stand_in_the_regulations_list() -> None:
    regulation = consulate.listed("regulation")
    assert {"DZ", "TN", "ZW"} <= regulation
    assert regulation.isdisjoint({"AL", "KR"})


def test_each_code_has_a_name_of_a_country() -> None:
    known = dict(consulate.countries())
    assert consulate.mandatory() <= set(known)
