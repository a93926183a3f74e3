"""The judge of the kill test: it must see what is lost, or its silence is worth nothing."""

from typing import Any
from uuid import uuid4

import pytest

from gongzhi.cases import actions
from gongzhi.cases.models import Case, Statement
from gongzhi.cases.rules import NewReport
from gongzhi.commitments.models import Commitment
from gongzhi.ledger.models import Entry
from tests.cast import MORNING, City, point_in

from .judge import judge


@pytest.fixture
def acknowledged(city: City) -> list[dict[str, Any]]:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    told = actions.report(new, by=city.rita, at=MORNING)
    one = {"case": str(told.case_id), "number": told.number, "kind": "case.reported"}
    return [{**one, "words": "垃圾", "version": 0}]


def test_a_sound_city_is_found_sound(acknowledged: list[dict[str, Any]]) -> None:
    assert list(judge(acknowledged)) == []


def test_a_lost_case_is_seen(acknowledged: list[dict[str, Any]]) -> None:
    lost = {**acknowledged[0], "case": str(uuid4()), "words": ""}

    assert "lost" in " ".join(judge([*acknowledged, lost]))


def test_a_deed_without_its_entry_is_seen(acknowledged: list[dict[str, Any]]) -> None:
    filed = {**acknowledged[0], "kind": "case.filed"}

    assert "case.filed was acknowledged 1 times" in " ".join(judge([*acknowledged, filed]))


def test_a_version_that_went_back_is_seen(acknowledged: list[dict[str, Any]]) -> None:
    assert "version" in " ".join(judge([{**acknowledged[0], "version": 9}]))


@pytest.mark.parametrize("table", [Statement, Commitment])
def test_a_half_deed_is_seen(acknowledged: list[dict[str, Any]], table: Any) -> None:
    table.objects.all().delete()

    assert list(judge(acknowledged)) != []


def test_a_row_that_differs_from_the_ledger_is_seen(acknowledged: list[dict[str, Any]]) -> None:
    Case.objects.update(urges=7)

    assert "replayed" in " ".join(judge(acknowledged))


def test_an_entry_without_its_row_is_seen(acknowledged: list[dict[str, Any]]) -> None:
    Statement.objects.all().delete()
    Case.objects.all().delete()

    assert "has no row" in " ".join(judge([]))
    assert Entry.objects.exists()
