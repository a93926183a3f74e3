"""Numbers in the reader's habits."""

import pytest
from django.utils.translation import override

from gongzhi.webkit.reading import number_words


@pytest.mark.parametrize(
    ("language", "number", "told"),
    [
        ("en", 999, "999"),
        ("en", 2171, "2,171"),
        ("zh-hans", 2171, "2171"),
        ("zh-hans", 12171, "12,171"),
        ("en", 0, "0"),
    ],
)
def test_whole_numbers_are_grouped_as_the_reader_groups_them(
    language: str, number: int, told: str
) -> None:
    with override(language):
        assert number_words(number) == told
