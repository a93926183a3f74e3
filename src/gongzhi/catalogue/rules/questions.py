"""What a reporter is asked besides: reading the table, and judging answers."""

import re
from collections.abc import Iterable, Iterator, Mapping

from gongzhi.kernel.refusals import Invalid

from .files import Line
from .values import Option, Question

QUESTION_KINDS = ("choice", "number", "text", "yes_no")
YES, NO = "yes", "no"
LONGEST = 500  # characters of an answer in words
FEWEST_CHOICES = 2

_CHOICE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.\-]*)\s*[=＝]\s*([^|｜=＝]+)[|｜]([^|｜=＝]+)")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")


class AnswerMissing(Invalid):
    """A question that must be answered was not."""

    code = "catalogue.answer_missing"


class AnswerWrong(Invalid):
    """The answer is none that the question takes."""

    code = "catalogue.answer_wrong"


class NoSuchQuestion(Invalid):
    """There is an answer to something that is not asked for this category."""

    code = "catalogue.no_such_question"


def read_questions(rows: Iterable[Line], categories: Iterable[str]) -> Iterator[Question]:
    """Yield the questions."""
    known = tuple(categories)
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        question = _question(row)
        row.refers("category", question.category_code, known, defined_in="categories.csv")
        first = lines.setdefault((question.category_code, question.code), row.line)
        if first == row.line:
            yield question
        else:
            told = f"{question.category_code} {question.code}"
            row.tell("code.twice", "code", value=told, first=first)


def _question(row: Line) -> Question:
    name, name_en = row.both("label_zh", "label_en", longest=120)
    kind = row.one_of("kind", QUESTION_KINDS)
    return Question(
        category_code=row.text("category", needed=True),
        code=row.code("code"),
        kind=kind,
        name=name,
        name_en=name_en,
        choices=_choices(row, kind),
        is_required=row.yes("required", default=False),
    )


def _choices(row: Line, kind: str) -> tuple[Option, ...]:
    parts = row.several("choices")
    if kind != "choice":
        if parts:
            row.tell("question.choices_unwanted", "choices", kind=kind)
        return ()
    found: dict[str, Option] = {}
    for part in parts:
        match = _CHOICE.fullmatch(part)
        if match is None:
            row.tell("question.choice_form", "choices", value=part)
        elif match[1] in found:
            row.tell("question.choice_twice", "choices", value=match[1])
        else:
            found[match[1]] = Option(match[1], match[2].strip(), match[3].strip())
    if len(parts) < FEWEST_CHOICES:
        row.tell("question.choices_missing", "choices")
    return tuple(found.values())


def check_answers(questions: Iterable[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers as they are kept, by the code of the question; blank ones left out.

    Args:
        questions: of the category, `Book.questions_for`.
        given: what the reporter says, by the code of the question.

    Raises:
        AnswerMissing: a question that must be answered was not.
        AnswerWrong: not a choice, not a number, or too long.
        NoSuchQuestion: it is not asked for this category.
    """
    asked = {question.code: question for question in questions}
    for code in given:
        if code not in asked:
            raise NoSuchQuestion(question=code[:80])
    kept = {}
    for code, question in asked.items():
        answer = given.get(code, "").strip()
        if answer:
            kept[code] = _checked(question, answer)
        elif question.is_required:
            raise AnswerMissing(label=_label(question))
    return kept


def _checked(question: Question, answer: str) -> str:
    is_right = {
        "choice": lambda: answer in {one.code for one in question.choices},
        "yes_no": lambda: answer in {YES, NO},
        "number": lambda: _NUMBER.fullmatch(answer) is not None,
        "text": lambda: len(answer) <= LONGEST and "\x00" not in answer,
    }
    if not is_right[question.kind]():
        raise AnswerWrong(label=_label(question), answer=answer[:40].replace("\x00", ""))
    return answer


def _label(question: Question) -> str:
    """Return both names of a question; `words.FACTS` shows the reader's own."""
    return f"{question.name}|{question.name_en}"
