"""How a case comes in: its place, standard, party and promise, and what is refused."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM
from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case, Statement
from gongzhi.cases.rules import (
    CategoryUnknown,
    NewReport,
    NothingToReport,
    NotYourReport,
    PlaceMissing,
    SourceIdTaken,
    StandardUnknown,
    State,
    SupportedAlready,
    TextTooLong,
)
from gongzhi.catalogue.actions import install_pack
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.commitments import queries as promises
from gongzhi.kernel.coordinates import BadPosition, Frame, from_wgs84
from gongzhi.kernel.ids import uuid7
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.models import Entry
from tests.cast import MORNING, City, point_in, show

LONGITUDE, LATITUDE = point_in(0, 0)
REFUSE = NewReport(category_code="E0110", text="路口有垃圾", longitude=LONGITUDE, latitude=LATITUDE)


def test_a_report_has_its_place_standard_party_reason_and_promise(city: City) -> None:
    told = actions.report(REFUSE, by=city.rita, at=MORNING)

    case = Case.objects.get(pk=told.case_id)
    page = queries.case_page(told.number, viewer=city.opal, at=MORNING)
    assert [area.code for area in page.areas] == ["CT", "D1", "S1", "C11"]
    assert case.area_class == "A"
    assert page.standard is not None
    assert page.standard.row == "1-A"
    assert case.organisation_id == city.organisations["sanitation-1"]
    assert page.explanation
    (promise,) = promises.open_of_subject(f"case:{case.pk}")
    assert promise.kind == "case.file"
    assert promise.due_at == MORNING + timedelta(minutes=30)
    assert case.due_at == promise.due_at
    assert told.number == "20260310000001"


def test_the_same_id_sent_twice_is_one_case(city: City) -> None:
    new = replace(REFUSE, case_id=uuid7())
    first = actions.report(new, by=city.rita, at=MORNING)
    entries = Entry.objects.count()

    second = actions.report(new, by=city.rita, at=MORNING + timedelta(minutes=3))

    assert second.number == first.number
    assert Case.objects.count() == 1
    assert Entry.objects.count() == entries


def test_a_foreign_id_belongs_to_one_case(city: City) -> None:
    new = replace(REFUSE, source="hotline", source_id="12345-7")
    actions.report(new, by=city.opal, at=MORNING)

    with pytest.raises(SourceIdTaken) as refusal:
        actions.report(new, by=city.opal, at=MORNING)

    assert refusal.value.facts["source_id"] == "12345-7"
    assert Case.objects.count() == 1


def test_a_reporter_without_an_account_owns_the_case_by_its_claim_code(city: City) -> None:
    told = actions.report(REFUSE, by=ANONYMOUS, at=MORNING)

    urged = actions.urge_case(
        told.number,
        reason="还在",
        by=ANONYMOUS,
        at=MORNING,
        claim_code=told.claim_code.lower().replace("-", " "),
    )

    assert urged.urges == 1
    with pytest.raises(NotYourReport):
        actions.urge_case(
            told.number, reason="还在", by=ANONYMOUS, at=MORNING, claim_code="AAAA-BBBB-CCCC"
        )


def test_the_words_of_a_report_stand_in_one_table_and_not_in_the_ledger(city: City) -> None:
    new = replace(REFUSE, text="独一无二的话", contact_name="某人", contact_phone="13900000000")

    told = actions.report(new, by=city.rita, at=MORNING)

    (statement,) = Statement.objects.filter(case=told.case_id)
    assert statement.text == "独一无二的话"
    said = str([entry.facts for entry in ledger.history(f"case:{told.case_id}")])
    assert "独一无二" not in said
    assert "某人" not in said
    assert "139" not in said


def test_contact_data_are_shown_to_the_staff_of_the_place_only(city: City) -> None:
    new = replace(REFUSE, contact_name="某人", contact_phone="13900000000")
    told = actions.report(new, by=city.rita, at=MORNING)

    seen = {
        login: queries.case_page(told.number, viewer=getattr(city, login), at=MORNING).contact_phone
        for login in ("opal", "colin", "cora", "rolf", "henry")
    }

    assert seen == {
        "opal": "13900000000",
        "colin": "13900000000",
        "cora": "",
        "rolf": "",
        "henry": "",
    }


def test_a_report_by_address_alone_goes_to_the_fallback_party(city: City) -> None:
    new = NewReport(category_code="E0110", address="老槐树下")

    told = actions.report(new, by=city.rita, at=MORNING)

    case = Case.objects.get(pk=told.case_id)
    assert case.area_id is None
    assert case.place_flags == ["no_position"]
    assert case.answer["is_fallback"]
    assert case.organisation_id == city.organisations["city-command"]


def test_a_report_from_outside_the_city_is_flagged_and_goes_to_the_fallback_party(
    city: City,
) -> None:
    told = actions.report(replace(REFUSE, longitude=10.0, latitude=10.0), by=city.rita, at=MORNING)

    case = Case.objects.get(pk=told.case_id)
    assert case.place_flags == ["outside"]
    assert case.answer["is_fallback"]


def test_a_position_in_another_frame_is_kept_as_wgs84_with_its_frame(city: City) -> None:
    longitude, latitude = from_wgs84(LONGITUDE, LATITUDE, Frame.GCJ02)

    told = actions.report(
        replace(REFUSE, longitude=longitude, latitude=latitude, frame="gcj02"),
        by=city.rita,
        at=MORNING,
    )

    case = Case.objects.get(pk=told.case_id)
    assert case.source_frame == "gcj02"
    assert case.longitude == pytest.approx(LONGITUDE, abs=1e-8)
    assert case.latitude == pytest.approx(LATITUDE, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"longitude": 0.0, "latitude": 0.0}, BadPosition),
        ({"longitude": LATITUDE, "latitude": LONGITUDE}, BadPosition),
        ({"longitude": float("nan")}, BadPosition),
        ({"longitude": 181.0}, BadPosition),
        ({"longitude": None}, PlaceMissing),
        ({"category_code": "E01"}, CategoryUnknown),
        ({"category_code": "nonsense"}, CategoryUnknown),
        ({"category_code": "", "text": " "}, NothingToReport),
        ({"standard_row": "99"}, StandardUnknown),
        ({"text": "长" * 100_000}, TextTooLong),
    ],
)
def test_a_refused_report_leaves_no_trace(
    city: City, change: dict[str, object], refusal: type[Exception]
) -> None:
    entries = Entry.objects.count()

    with pytest.raises(refusal):
        actions.report(replace(REFUSE, **change), by=city.rita, at=MORNING)

    assert not Case.objects.exists()
    assert not Statement.objects.exists()
    assert Entry.objects.count() == entries


def test_an_old_matter_at_the_same_place_is_linked_when_it_comes_back(city: City) -> None:
    first = _closed(city)
    near = replace(REFUSE, longitude=LONGITUDE + 0.0001)
    # 38 metres: in the tiles that are looked through, but beyond the 30 metres of the pack.
    far = replace(REFUSE, longitude=LONGITUDE + 0.0004)

    back, elsewhere, other = (
        actions.report(new, by=city.rita, at=MORNING + timedelta(days=3))
        for new in (near, far, replace(near, category_code="E0201"))
    )

    links = {
        told.number: Case.objects.get(pk=told.case_id).recurrence_of_id
        for told in (back, elsewhere, other)
    }
    assert links == {back.number: first, elsewhere.number: None, other.number: None}
    late = actions.report(near, by=city.rita, at=MORNING + timedelta(days=40))
    assert Case.objects.get(pk=late.case_id).recurrence_of_id is None


def _closed(city: City) -> object:
    told = actions.report(REFUSE, by=city.rita, at=MORNING)
    show(told.case_id, "before", by=city.stella, at=MORNING, shade=10)
    show(told.case_id, "after", by=city.stella, at=MORNING, shade=220)
    actions.fix_on_spot(told.number, by=city.stella, at=MORNING)
    actions.close_case(told.number, by=city.hugo, at=MORNING)
    return told.case_id


def test_similar_cases_are_open_near_and_of_the_class(city: City) -> None:
    near = actions.report(REFUSE, by=city.rita, at=MORNING)
    actions.report(replace(REFUSE, longitude=LONGITUDE + 0.001), by=city.rita, at=MORNING)
    actions.report(replace(REFUSE, category_code="E0201"), by=city.rita, at=MORNING)
    _closed(city)

    found = queries.similar_cases(
        city.rolf,
        longitude=LONGITUDE + 0.0002,
        latitude=LATITUDE,
        kinds=("E0110",),
        at=MORNING,
    )

    assert [one.line.number for one in found] == [near.number]
    assert 15 < found[0].metres < 25


@pytest.mark.parametrize(
    ("kinds", "text", "days", "east", "is_named"),
    [
        (("E0110",), "", 5, 0.0002, True),  # open and of the kind, though not of today
        (("E0110",), "", 90, 0.0005, False),  # so long ago, at the other end of the reach
        (("E0110",), "", 0, 0.0007, False),  # beyond the reach
        (("E0114",), "", 0, 0.0001, True),  # a sister kind, just now
        (("E0114",), "", 9, 0.0002, False),
        (("E0114",), "路口好多垃圾", 9, 0.0002, True),  # the same words
        ((), "路口好多垃圾", 0, 0.0002, True),
        ((), "路灯不亮", 0, 0.0002, False),
        (("E0201",), "", 0, 0.0, False),  # a stranger at the very place
    ],
)
def test_a_case_is_similar_by_kind_place_time_and_words(
    city: City, kinds: tuple[str, ...], text: str, days: int, east: float, *, is_named: bool
) -> None:
    actions.report(REFUSE, by=city.rita, at=MORNING)

    found = queries.similar_cases(
        city.rolf,
        longitude=LONGITUDE + east,
        latitude=LATITUDE,
        kinds=kinds,
        text=text,
        at=MORNING + timedelta(days=days),
    )

    assert bool(found) is is_named


def test_somebody_else_supports_a_case_once(city: City) -> None:
    told = actions.report(REFUSE, by=city.rita, at=MORNING)

    supporters = actions.support_case(told.number, by=city.rolf, at=MORNING)

    assert supporters == 1
    for again in (city.rolf, city.rita):
        with pytest.raises(SupportedAlready):
            actions.support_case(told.number, by=again, at=MORNING)


@pytest.mark.parametrize(
    ("options", "state", "promised"),
    [
        ({"auto_file": "true"}, State.FILED, "case.dispatch"),
        ({"auto_file": "true", "auto_dispatch": "true"}, State.DISPATCHED, "case.handle"),
        ({"auto_dispatch": "true"}, State.REPORTED, "case.file"),
    ],
)
def test_the_pack_decides_which_steps_are_automatic(
    city: City, tmp_path: Path, options: dict[str, str], state: State, promised: str
) -> None:
    _install_changed(tmp_path / "pack", options)

    told = actions.report(REFUSE, by=city.rita, at=MORNING)

    assert told.state is state
    (promise,) = promises.open_of_subject(f"case:{told.case_id}")
    assert promise.kind == promised
    assert list(queries.discrepancies()) == []
    kinds = [one.kind for one in ledger.history(f"case:{told.case_id}")]
    assert kinds.count("case.reported") == 1


def _install_changed(directory: Path, options: dict[str, str]) -> None:
    shutil.copytree(SHIPPED / "china", directory)
    file = directory / "pack.toml"
    text = file.read_text(encoding="utf-8")
    for name, value in options.items():
        text = text.replace(f"{name} = false", f"{name} = {value}")
    file.write_text(text, encoding="utf-8")
    install_pack(directory, by=SYSTEM, at=MORNING)


def test_a_case_keeps_the_pack_version_it_was_filed_under(city: City, tmp_path: Path) -> None:
    told = actions.report(REFUSE, by=city.rita, at=MORNING)
    actions.file_case(told.number, by=city.opal, at=MORNING)
    directory = tmp_path / "pack"
    shutil.copytree(SHIPPED / "china", directory)
    file = directory / "standards.csv"
    text = file.read_text(encoding="utf-8-sig")
    lines = [
        line.replace("handle=2 work_hours", "handle=7 emergency_hours")
        if line.startswith("E0110,1-A,")
        else line
        for line in text.splitlines()
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    install_pack(directory, by=SYSTEM, at=MORNING)

    old = actions.dispatch_case(told.number, by=city.dora, at=MORNING)
    new = actions.report(REFUSE, by=city.rita, at=MORNING)
    actions.file_case(new.number, by=city.opal, at=MORNING)
    newer = actions.dispatch_case(new.number, by=city.dora, at=MORNING)

    assert old.due_at == MORNING + timedelta(hours=2)
    assert newer.due_at == MORNING + timedelta(hours=7)
