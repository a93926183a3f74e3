"""Every refusal, state, deed and kind of entry has words in both languages."""

from pathlib import Path

import polib
import pytest
from django.utils import translation

import gongzhi.commitments
from gongzhi.commitments import rules, words
from gongzhi.kernel.refusals import Refusal

PO = Path(gongzhi.commitments.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def _refusals() -> set[str]:
    kinds = (value for value in vars(rules).values() if isinstance(value, type))
    return {
        kind.code
        for kind in kinds
        if issubclass(kind, Refusal) and kind.__module__ == rules.__name__
    }


def test_every_refusal_has_a_sentence() -> None:
    assert set(words.REFUSALS) == _refusals()


def test_every_state_deed_and_entry_has_a_label() -> None:
    assert set(words.STATES) == set(rules.State)
    assert set(words.DEEDS) == set(rules.Deed)
    assert set(words.LEDGER) == rules.LEDGER_KINDS


@pytest.mark.parametrize("table", ["REFUSALS", "STATES", "DEEDS", "KINDS", "LEDGER"])
def test_every_word_is_translated_with_the_same_facts(table: str) -> None:
    chinese = {entry.msgid: entry.msgstr for entry in polib.pofile(str(PO))}

    with translation.override("en"):
        for word in getattr(words, table).values():
            assert chinese[str(word)]
            assert _facts(chinese[str(word)]) == _facts(str(word))


def _facts(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def test_a_kind_that_nobody_named_reads_as_it_stands() -> None:
    assert words.kind_label("survey.answer") == "survey.answer"
