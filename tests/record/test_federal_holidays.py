"""The federal holidays are those of the `holidays` library, which was written apart from ours."""

from datetime import date

import holidays
import pytest

from evenhand.record.federal_holidays import federal_holidays


@pytest.mark.parametrize("year", range(1978, 2101))
def test_each_year_has_the_holidays_that_another_library_has(year: int) -> None:
    known = holidays.country_holidays("US", years=[year, year + 1], observed=True)
    assert federal_holidays(year) == {day for day in known if day.year == year}


def test_new_years_day_on_a_saturday_is_observed_in_the_year_before() -> None:
    assert date(2021, 12, 31) in federal_holidays(2021)


@pytest.mark.parametrize("year", [date.min.year, date.max.year])
def test_the_first_and_the_last_year_of_the_calendar_have_holidays(year: int) -> None:
    assert date(year, 7, 4) in federal_holidays(year)
