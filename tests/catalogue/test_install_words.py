"""Every refusal, entry and sentence of the house has Chinese words."""

import re
from pathlib import Path

import polib

import gongzhi.catalogue
from gongzhi.catalogue import rules, words
from gongzhi.kernel.refusals import Refusal

HOUSE = Path(gongzhi.catalogue.__file__).parent
CHINESE = {
    entry.msgid: entry.msgstr
    for entry in polib.pofile(str(HOUSE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
}


def test_every_refusal_has_a_sentence_and_every_entry_a_label() -> None:
    refusals = {
        value.code
        for value in vars(rules).values()
        if isinstance(value, type) and issubclass(value, Refusal)
    }

    assert set(words.REFUSALS) == refusals
    assert set(words.LEDGER) == rules.LEDGER_KINDS


def test_every_sentence_is_translated_with_the_same_facts() -> None:
    sentences = set()
    for room in ("words.py", "commands.py"):
        text = (HOUSE / room).read_text(encoding="utf-8")
        for marked in re.findall(r'_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', text):
            sentences.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', marked)))

    assert sentences == set(CHINESE)
    for english, chinese in CHINESE.items():
        assert chinese
        assert set(re.findall(r"%\(\w+\)s", chinese)) == set(re.findall(r"%\(\w+\)s", english))
