"""Erasing words: they are gone, the ledger is whole, and nothing can be guessed from it."""

import pytest

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Statement
from gongzhi.cases.rules import CaseNotFound, ErasingNotYours, NewReport
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.actions import seal
from tests.cast import MORNING, City, build_city, point_in

LONGITUDE, LATITUDE = point_in(0, 0)


def _reported(city: City) -> str:
    new = NewReport(
        category_code="E0110",
        text="我叫某人",
        address="某处",
        contact_name="某人",
        contact_phone="13900000000",
        longitude=LONGITUDE,
        latitude=LATITUDE,
    )
    return actions.report(new, by=city.rita, at=MORNING).number


@pytest.mark.django_db(transaction=True)
def test_erased_words_are_gone_and_the_seals_hold() -> None:
    city = build_city()
    number = _reported(city)
    actions.urge_case(number, reason="快来", by=city.rita, at=MORNING)
    seal(MORNING)

    erased = actions.erase_words(number, by=city.seca, at=MORNING)

    kept = Statement.objects.values_list("text", "address", "contact_name", "contact_phone", "salt")
    assert erased == 2
    assert set(kept) == {("", "", "", "", "")}
    assert ledger.verify().is_clean
    assert list(queries.discrepancies()) == []
    page = queries.case_page(number, viewer=city.opal, at=MORNING)
    assert page.text == ""
    assert "case.words_erased" in [one.kind for one in page.happenings]


def test_erasing_twice_changes_nothing(city: City) -> None:
    number = _reported(city)
    actions.erase_words(number, by=city.seca, at=MORNING)
    entries = len(ledger.entries_after(0, 10_000))

    again = actions.erase_words(number, by=city.seca, at=MORNING)

    assert again == 0
    assert len(ledger.entries_after(0, 10_000)) == entries


def test_only_a_security_administrator_erases(city: City) -> None:
    number = _reported(city)

    for login in ("opal", "rita", "sysa", "auda", "hugo"):
        with pytest.raises(ErasingNotYours):
            actions.erase_words(number, by=city.people[login], at=MORNING)
    with pytest.raises(CaseNotFound):
        actions.erase_words("19990101000001", by=city.seca, at=MORNING)
