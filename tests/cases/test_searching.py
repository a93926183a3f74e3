"""Searching: a case is found by its words, place, kind and number, and by nothing hidden."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions, queries
from gongzhi.cases.actions import searching
from gongzhi.cases.actions.own_words import erase_own_words
from gongzhi.cases.models import Case, SearchEntry, Statement
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.queries import searching as finding
from gongzhi.cases.rules import NewReport
from gongzhi.kernel.phrases import holds
from tests.cast import MORNING, City, build_city, point_in

LATER = MORNING + timedelta(hours=1)


def reported(city: City, text: str, *, x: int = 0, address: str = "海滨路 8 号") -> str:
    longitude, latitude = point_in(x, 0)
    new = NewReport(
        category_code="E0110",
        text=text,
        address=address,
        contact_name="欧阳",
        contact_phone="13900000000",
        longitude=longitude,
        latitude=latitude,
    )
    return actions.report(new, by=city.rita, at=MORNING).number


def found(viewer: object, text: str) -> set[str]:
    page = queries.case_list(viewer, at=LATER, narrowed=CaseFilter(text=text), limit=1000)  # type: ignore[arg-type]
    return {line.number for line in page.lines}


@pytest.fixture
def town(transactional_db: None) -> City:
    return build_city()


@pytest.mark.parametrize(
    "text",
    [
        "积水",
        "水",
        "路面积水",
        "海滨路8号",
        "East Str",
        "东街道",
        "deep puddle",
        "甲区 积水",
        "海滨",
    ],
)
def test_a_case_is_found_by_words_address_and_areas_in_both_languages(
    city: City, text: str
) -> None:
    number = reported(city, "路面积水 Deep puddle")
    other = reported(city, "树枝", x=1, address="别处")
    searching.reindex_cases()

    assert number in found(city.opal, text)
    assert other not in found(city.opal, text)


def test_a_case_is_found_by_its_kind_and_its_number(city: City) -> None:
    number = reported(city, "有")
    searching.reindex_cases()
    kind = queries.case_list(city.opal, at=LATER).lines[0].category

    assert kind is not None
    assert found(city.opal, kind.name) == found(city.opal, kind.name_en) == {number}
    assert found(city.opal, number) == found(city.opal, number[:8]) == {number}


@pytest.mark.parametrize("text", ["欧阳", "13900000000", "内部的话", "不存在的词"])
def test_nobody_is_found_by_a_contact_or_a_note(city: City, text: str) -> None:
    number = reported(city, "路灯不亮")
    actions.annotate_case(number, note="内部的话", by=city.opal, at=MORNING)
    searching.reindex_cases()

    assert found(city.opal, text) == set()


def test_a_search_shows_no_hidden_case(city: City) -> None:
    number = reported(city, "积水")
    searching.reindex_cases()
    Case.objects.update(is_public=False)

    assert found(city.opal, "积水") == {number}
    for viewer in (ANONYMOUS, city.rolf, city.cora, city.hanna):
        assert found(viewer, "积水") == set()


@pytest.mark.django_db(transaction=True)
def test_the_clock_lets_new_and_changed_cases_be_found(town: City) -> None:
    number = reported(town, "积水")
    before = found(town.opal, "积水")

    first = searching.read_for_search(LATER)
    actions.recategorise_case(number, category_code="E0101", reason="看错", by=town.opal, at=LATER)
    searching.read_for_search(LATER)

    line = queries.case_list(town.opal, at=LATER).lines[0]
    assert line.category is not None
    assert before == set()
    assert first == 1
    assert found(town.opal, "积水") == {number}
    assert found(town.opal, line.category.name) == {number}
    assert searching.read_for_search(LATER) == 0


@pytest.mark.django_db(transaction=True)
def test_erased_words_are_found_by_nobody_at_once_and_never_again(town: City) -> None:
    number = reported(town, "我叫某人")
    searching.read_for_search(LATER)
    assert found(town.opal, "某人") == {number}

    actions.erase_words(number, by=town.seca, at=LATER)

    assert found(town.opal, "某人") == set()
    searching.read_for_search(LATER)
    searching.reindex_cases()
    assert found(town.opal, "某人") == found(town.opal, "海滨") == set()
    assert found(town.opal, "东街道") == {number}


def test_words_that_their_reporter_has_blanked_are_found_by_nobody_at_once(city: City) -> None:
    number = reported(city, "我叫某人")
    searching.reindex_cases()
    assert found(city.opal, "某人") == {number}

    erase_own_words(with_texts=True, by=city.rita, at=LATER)

    assert found(city.opal, "某人") == set()
    searching.reindex_cases()
    assert found(city.opal, "某人") == set()
    assert found(city.opal, "东街道") == {number}


def test_the_index_holds_nothing_of_a_row_that_is_gone(city: City) -> None:
    reported(city, "积水")
    searching.reindex_cases()
    SearchEntry.objects.all().delete()

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT count(*) FROM cases_searchentry_words"
                " WHERE cases_searchentry_words MATCH '积水'"
            )
            assert cursor.fetchone() == (0,)
    assert found(city.opal, "积水") == set()


def test_signs_that_mean_something_to_an_engine_are_only_signs(city: City) -> None:
    number = reported(city, "C++ \"quoted\" 'single' AND OR NOT (x) <-> *")
    searching.reindex_cases()

    for text in ('"', "'", "AND", "not (x)", "<->", "*", "quoted' OR 1=1", ":*", "\\", "‖", "x:*"):
        assert found(city.opal, text) <= {number}
    assert found(city.opal, '"quoted"') == found(city.opal, "not") == {number}


WORDS = st.text(alphabet="积水路面垃圾abcé12３ ,‖'", min_size=1, max_size=10)


@pytest.fixture
def one(city: City) -> Case:
    """Return a case whose words are changed from example to example."""
    number = reported(city, "x", address="")
    return Case.objects.get(number=number)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(WORDS, WORDS)
def test_a_case_is_found_exactly_when_a_field_holds_the_query(
    one: Case, text: str, query: str
) -> None:
    Statement.objects.filter(case=one, kind="report").update(text=text, address="")
    Case.objects.filter(pk=one.pk).update(category_code="", area=None)
    searching.reindex_cases()

    parts = query.split()
    expected = all(any(holds(field, part) for field in (text, one.number)) for part in parts)
    is_found = Case.objects.filter(queries.searching.found_by(query)).exists()

    assert is_found == expected


@pytest.mark.parametrize("few", [0, 2000])
def test_few_and_many_are_found_alike_for_one_statement_more(
    city: City, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    numbers = {reported(city, "积水"), reported(city, "路面积水")}
    reported(city, "树枝")
    searching.reindex_cases()
    with CaptureQueriesContext(connection) as plain:
        queries.case_list(city.opal, at=LATER)
    with CaptureQueriesContext(connection) as sought:
        queries.case_list(city.opal, at=LATER, narrowed=CaseFilter(text="积水"))

    assert len(sought) == len(plain) + 1
    assert found(city.opal, "积水") == numbers
