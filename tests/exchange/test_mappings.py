"""Mappings: every mistake is found at once and told with its key and a remedy."""

from pathlib import Path

import pytest
from django.utils import translation

from gongzhi.exchange.rules.mapping import Fold
from gongzhi.exchange.rules.reading import (
    codes_unknown,
    columns_missing,
    load_mapping,
    read_mapping,
)
from gongzhi.exchange.rules.refusals import MappingMistaken, MappingUnreadable, Mistake
from gongzhi.exchange.words import MISTAKES, mistake

from .conftest import COLUMNS, MAPPING, MAPPINGS, mapping_with


def mistakes_of(text: str) -> dict[str, str]:
    with pytest.raises(MappingMistaken) as refused:
        read_mapping(text, file="m.toml")
    for one in refused.value.mistakes:
        told(one)
    return {one.key: one.code for one in refused.value.mistakes}


def told(one: Mistake) -> str:
    with translation.override("en"):
        return mistake(one)


def test_a_whole_mapping_is_read() -> None:
    mapping = mapping_with(
        [('zone = "America/New_York"', 'zone = "Asia/Shanghai"\nfold = "later"')]
    )

    assert mapping.source == "hotline"
    assert mapping.times.zone.key == "Asia/Shanghai"
    assert mapping.times.fold is Fold.LATER
    assert columns_missing(mapping, COLUMNS) == []


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_mappings_of_the_how_to_have_no_mistakes(path: Path) -> None:
    assert load_mapping(path).organisation is not None


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ('source = "hotline"', "", "source", "missing"),
        ('source = "hotline"', 'source = "our hotline"', "source", "bad_source"),
        ('source = "hotline"', 'source = "hotline-of-the-whole-city"', "source", "bad_source"),
        ('source = "hotline"', "source = 12", "source", "not_text"),
        ('source = "hotline"', 'source = "a"\nidd = 1', "idd", "unknown_key_near"),
        ('source = "hotline"', 'source = "a"\nqqqqq = 1', "qqqqq", "unknown_key"),
        ("[id]", "[where]", "id", "missing_section"),
        ('[id]\ncolumn = "no"', "id = 3", "id", "not_table"),
        ('kind = "agency"', "", "organisation.kind", "missing"),
        ('rule = "lower"', 'rule = "upper"', "organisation.rule", "bad_choice"),
        ('rule = "lower"', 'rule = "lower"\nprefixx = "a"', "organisation.prefixx", None),
        ("= true", '= "yes"', "organisation.create_organisations", "not_flag"),
        ('column = "party"', "", "organisation.column", "missing"),
        ('columns = ["words"]', "columns = [3]", "text.columns", "not_parts"),
        ('columns = ["words"]', 'columns = [{label = "a"}]', "text.columns", "not_parts"),
        ('columns = ["words"]', "", "text.columns", "missing"),
        ('columns = ["kind"]', "columns = []", "category.columns", "not_texts"),
        ('columns = ["kind"]', "", "category.columns", "missing"),
        ('"America/New_York"', '"America/New_Yrok"', "times.zone", "bad_zone"),
        ('"America/New_York"', '"../etc/passwd"', "times.zone", "bad_zone"),
        ('zone = "America/New_York"', "", "times.zone", "missing"),
        ('"%Y/%m/%d %H:%M"', '"%H:%M"', "times.formats", "bad_format"),
        ('"%Y/%m/%d %H:%M"', '"%Q"', "times.formats", "bad_format"),
        ('reported = "reported"', "", "times.reported", "missing"),
        ('longitude = "lon"', "", "position.longitude", "missing"),
        ('latitude = "lat"', 'latitude = "lat"\nframe = "utm"', "position.frame", "bad_choice"),
        ("[position]", "[where]\nkind = 3\n[position]", "where.kind", "not_texts"),
        (
            "[position]",
            '[state]\ncolumn = "a"\nopen = ["b"]\nclosed = ["b"]\n[position]',
            "state",
            "state_twice",
        ),
        (
            'columns = ["kind"]',
            'columns = ["kind"]\nvalues = {a = 3}',
            "category.values",
            "not_words",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key(old: str, new: str, key: str, code: str | None) -> None:
    found = mistakes_of(MAPPING.replace(old, new, 1))

    assert key in found
    assert code in (None, found[key])


def test_all_mistakes_are_told_at_once() -> None:
    text = MAPPING.replace('zone = "America/New_York"', 'zone = "Mars"').replace("lower", "loud")

    found = mistakes_of(text)

    assert found == {"times.zone": "bad_zone", "organisation.rule": "bad_choice"}


def test_broken_toml_is_told_with_its_line() -> None:
    with pytest.raises(MappingMistaken) as refused:
        read_mapping('source = "a"\nid = = 3', file="m.toml")

    assert "line" in told(refused.value.mistakes[0])


def test_a_mapping_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes("source = '热线'".encode("gbk"))

    with pytest.raises(MappingUnreadable):
        load_mapping(tmp_path / "gbk.toml")
    with pytest.raises(MappingUnreadable):
        load_mapping(tmp_path / "absent.toml")


def test_a_column_the_file_lacks_is_told_with_the_one_meant() -> None:
    columns = tuple(name.replace("reported", "Reported") for name in COLUMNS)

    found = columns_missing(mapping_with(), columns)

    assert [(one.key, one.code) for one in found] == [("times.reported", "column_missing_near")]
    assert "Did you mean “Reported”?" in told(found[0])


def test_codes_that_name_nothing_are_told() -> None:
    mapping = mapping_with(
        [
            (
                'columns = ["kind"]',
                'columns = ["kind"]\nvalues = {Loud = "noize"}\ndefault = "xyz"',
            ),
            ("create_organisations = true", 'values = {DEP = "depp"}'),
        ]
    )

    found = codes_unknown(mapping, categories=["noise", "water"], organisations=["dep"])

    assert {one.key: one.code for one in found} == {
        "category.values.Loud": "category_unknown_near",
        "category.default": "category_unknown",
        "organisation.values.DEP": "organisation_unknown_near",
    }
    assert "“noise”" in told(found[0])


def test_every_mistake_has_words() -> None:
    source = Path(__file__).parents[2] / "src/gongzhi/exchange/rules/reading.py"
    text = source.read_text(encoding="utf-8")

    for code in MISTAKES:
        assert f'"{code.removesuffix("_near")}' in text
