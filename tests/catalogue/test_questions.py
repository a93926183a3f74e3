"""What a reporter is asked besides: the table, its mistakes, and the answers."""

from pathlib import Path

import pytest
from django.utils.translation import override

from gongzhi.catalogue.rules import (
    SHIPPED,
    AnswerMissing,
    AnswerWrong,
    Book,
    NoSuchQuestion,
    Option,
    PackContent,
    Question,
    book_of,
    check_answers,
    diff_packs,
    digest_of,
    load_pack,
)
from gongzhi.webkit.words import sentence

from .test_pack_mistakes import SOUND

HEAD = "category,code,kind,label_zh,label_en,choices,required\n"
SIZE = "E0110,size,choice,多大,How large,small=小|Small; large=大|Large,yes\n"


def write(folder: Path, questions: str) -> Path:
    for name, text in SOUND.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if questions:
        (folder / "questions.csv").write_text(questions, encoding="utf-8")
    return folder


def mistake(folder: Path, row: str) -> tuple[str, int, str, str]:
    """Return file, line, column and code of the only mistake of a row."""
    (found,) = load_pack(write(folder, HEAD + row))[1]
    assert found.remedy("en")
    assert found.remedy("zh")
    return found.file, found.line, found.column, found.code


def test_a_pack_without_the_table_is_sound_and_keeps_its_digest(tmp_path: Path) -> None:
    content, mistakes = load_pack(write(tmp_path, ""))

    assert mistakes == []
    assert "questions" not in content.as_json()
    assert PackContent.from_json(content.as_json()) == content


def test_questions_are_read_and_survive_the_installed_form(tmp_path: Path) -> None:
    content, mistakes = load_pack(write(tmp_path, HEAD + SIZE))

    assert mistakes == []
    (question,) = content.questions
    assert question.choices == (Option("small", "小", "Small"), Option("large", "大", "Large"))
    assert question.is_required
    assert PackContent.from_json(content.as_json()) == content


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("E9,size,text,多大,Size,,no\n", "category", "reference.unknown"),
        (",size,text,多大,Size,,no\n", "category", "cell.needed"),
        ("E0110,a b,text,多大,Size,,no\n", "code", "cell.not_a_code"),
        ("E0110,size,date,多大,Size,,no\n", "kind", "cell.not_one_of"),
        ("E0110,size,text,多大,,,no\n", "label_en", "cell.translation_missing"),
        ("E0110,size,text,多大,Size,a=一|A,no\n", "choices", "question.choices_unwanted"),
        ("E0110,size,choice,多大,Size,,no\n", "choices", "question.choices_missing"),
        ("E0110,size,choice,多大,Size,a=一|A; b,no\n", "choices", "question.choice_form"),
        ("E0110,size,choice,多大,Size,a=一|A; a=二|B,no\n", "choices", "question.choice_twice"),
        ("E0110,size,text,多大,Size,,perhaps\n", "required", "cell.not_yes_or_no"),
    ],
)
def test_each_mistake_is_told_with_its_place(
    tmp_path: Path, row: str, column: str, code: str
) -> None:
    assert mistake(tmp_path, row) == ("questions.csv", 2, column, code)


def test_a_question_that_stands_twice_is_told(tmp_path: Path) -> None:
    assert mistake(tmp_path, SIZE + SIZE) == ("questions.csv", 3, "code", "code.twice")


def test_a_misspelt_file_is_told_with_the_right_name(tmp_path: Path) -> None:
    folder = write(tmp_path, "")
    (folder / "question.csv").write_text(HEAD, encoding="utf-8")

    (found,) = load_pack(folder)[1]

    assert found.code == "file.unknown"
    assert "questions.csv" in found.sentence()


def test_the_difference_of_two_packs_names_the_question(tmp_path: Path) -> None:
    before, _ = load_pack(write(tmp_path / "a", ""))
    after, _ = load_pack(write(tmp_path / "b", HEAD + SIZE))

    (told,) = diff_packs(before, after)

    assert (told.table, told.key, told.change) == ("questions", "E0110 size", "added")
    assert [one.change for one in diff_packs(after, before)] == ["removed"]
    assert digest_of(before) != digest_of(after)


@pytest.mark.parametrize("name", ["china", "us311"])
def test_the_shipped_packs_ask_a_few_useful_questions(name: str) -> None:
    content, mistakes = load_pack(SHIPPED / name)

    assert mistakes == []
    assert 5 <= len(content.questions) <= 30


ASKED = (
    Question("E", "size", "choice", "多大", "How large", (Option("s", "小", "Small"),), True),
    Question("E", "count", "number", "几个", "How many"),
    Question("E", "pole", "text", "编号", "Number"),
    Question("E", "danger", "yes_no", "危险吗", "Is it dangerous"),
)


def test_right_answers_are_kept_without_blanks() -> None:
    given = {"size": "s", "count": " 3 ", "pole": "  ", "danger": "yes"}

    assert check_answers(ASKED, given) == {"size": "s", "count": "3", "danger": "yes"}


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("size", "xl"), ("count", "three"), ("count", "1e9"), ("count", "９"), ("danger", "1"),
        ("pole", "x" * 501), ("pole", "a\x00b"),
    ],
)  # fmt: skip
def test_an_answer_the_question_does_not_take_is_refused_in_words(code: str, answer: str) -> None:
    with pytest.raises(AnswerWrong) as refusal:
        check_answers(ASKED, {"size": "s", code: answer})

    with override("en"):
        told = sentence(refusal.value)
    assert "|" not in told
    assert code in {"size"} or "多" not in told


def test_what_must_be_answered_is_asked_for_in_the_readers_language() -> None:
    with pytest.raises(AnswerMissing) as refusal:
        check_answers(ASKED, {})

    with override("en"):
        assert "How large" in sentence(refusal.value)
    with override("zh-hans"):
        assert "多大" in sentence(refusal.value)


def test_an_answer_to_something_not_asked_is_refused() -> None:
    with pytest.raises(NoSuchQuestion):
        check_answers(ASKED, {"size": "s", "colour": "red"})


def china() -> Book:
    content, _ = load_pack(SHIPPED / "china")
    ids = {(one.category_code, one.row): at for at, one in enumerate(content.standards)}
    return book_of(content, version_id=1, standard_ids=ids)


def test_a_category_is_asked_its_own_questions_and_those_above() -> None:
    book = china()
    assert [one.code for one in book.questions_for("C0137")] == ["lamps", "pole"]
    assert book.questions_for("no-such") == ()
    assert book.questions_for("") == ()
