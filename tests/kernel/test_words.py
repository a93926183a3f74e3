"""Every refusal of the kernel has a sentence, in both languages of the house."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import polib
import pytest
from django.utils.translation import override

from gongzhi.kernel import coordinates, quadkeys, sheets, worktime
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.kernel_words import REFUSALS

CATALOGUE = Path(__file__).parents[2] / "src/gongzhi/webkit/locale/zh_Hans/LC_MESSAGES/django.po"
ROOMS = (coordinates, quadkeys, sheets, worktime)


def sentence_of(code: str) -> str:
    with override(None):
        return str(REFUSALS[code])


def refusals_of(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith(("gongzhi.kernel.", "gongzhi.webkit.")):
            yield each
            yield from refusals_of(each)


@pytest.mark.parametrize("kind", [Refusal, *refusals_of(Refusal)])
def test_a_refusal_has_a_whole_sentence(kind: type[Refusal]) -> None:
    assert sentence_of(kind.code).endswith(".")


def test_no_sentence_is_without_its_refusal() -> None:
    assert set(REFUSALS) == {kind.code for kind in (Refusal, *refusals_of(Refusal))}


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_sentence_is_translated_with_all_its_facts(code: str) -> None:
    entry = polib.pofile(str(CATALOGUE)).find(sentence_of(code))

    assert entry is not None
    facts = r"%\((\w+)\)s"
    assert sorted(re.findall(facts, entry.msgid)) == sorted(re.findall(facts, entry.msgstr))
    assert entry.msgstr.endswith("。")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.__name__))
def test_a_refusal_is_made_with_the_facts_of_its_sentence(room: ModuleType) -> None:
    tree = ast.parse(Path(str(room.__file__)).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]

    for call in calls:
        kind = getattr(room, call.func.id, None) if isinstance(call.func, ast.Name) else None
        if isinstance(kind, type) and issubclass(kind, Refusal):
            wanted = set(re.findall(r"%\((\w+)\)s", sentence_of(kind.code)))
            assert wanted <= {keyword.arg for keyword in call.keywords}, kind
