"""Every refusal, entry and sentence of the house has words, in both languages."""

import ast
import re

import polib
import pytest
from django.utils import translation

from gongzhi.kernel.refusals import Refusal
from gongzhi.responsibility import rules, words
from gongzhi.responsibility.rules import Because

from .test_duty_map import HOUSE, PO

CHINESE = {entry.msgid: entry.msgstr for entry in polib.pofile(str(PO))}


def _marked(room: str) -> set[str]:
    calls = ast.walk(ast.parse((HOUSE / room).read_text(encoding="utf-8")))
    return {
        str(ast.literal_eval(call.args[0]))
        for call in calls
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "gettext"}
    }


def test_every_refusal_has_a_sentence_and_every_entry_a_label() -> None:
    refusals = {
        value.code
        for value in vars(rules).values()
        if isinstance(value, type) and issubclass(value, Refusal)
    }

    assert set(words.REFUSALS) == refusals
    assert set(words.LEDGER) == rules.LEDGER_KINDS


def test_every_reason_has_a_sentence_for_the_first_and_for_a_later_party() -> None:
    assert set(words.FIRST) | {Because.FALLBACK} == set(Because)
    assert set(words.NEXT) == set(words.WHY) == set(Because)


def test_the_row_behind_a_reason_is_named_apart() -> None:
    facts = {"rule": 3, "version_id": 1, "category_code": "E01", "level": "street"}
    party = {
        "rank": 1, "level": "street", "organisation_id": 1, "post_id": None,
        "reason": {"code": "rule", "facts": facts},
    }  # fmt: skip

    with translation.override("en"):
        told = words.why(party, category="Litter", names=words.Names())
        trace = words.trace(party)

    assert "E01" not in told
    assert trace == "Duty table, row E01"


def test_every_sentence_is_translated_with_the_same_facts() -> None:
    assert _marked("words.py") == set(CHINESE)
    for english, chinese in CHINESE.items():
        assert chinese
        assert set(re.findall(r"%\(\w+\)s", chinese)) <= set(re.findall(r"%\(\w+\)s", english))


@pytest.mark.parametrize("why", list(words.FALLBACK))
def test_every_way_to_the_fallback_is_told_and_names_the_party(why: str) -> None:
    reason = {"code": "fallback", "facts": {"why": why, "level": "city"}}
    party = {"rank": 1, "level": "city", "organisation_id": 1, "post_id": None, "reason": reason}
    names = words.Names(organisations={1: "Command"})

    with translation.override("en"):
        told = words.explain_party(party, category="Litter", names=names)

    assert "Command answers" in told
