"""Packs, purely: their values, their files, every mistake in them, their book.

The format is described column by column in `docs/reference/packs.md`.
"""

from pathlib import Path

from .content import PackContent, book_of, digest_of
from .differences import Difference, diff_packs
from .installing import (
    LEDGER_KINDS,
    CalendarUnknown,
    NoPackInstalled,
    PackMistaken,
    PackUnknown,
    VersionUnknown,
    YearTableExists,
)
from .loading import load_pack
from .mistakes import SENTENCES, Mistake
from .questions import (
    NO,
    QUESTION_KINDS,
    YES,
    AnswerMissing,
    AnswerWrong,
    NoSuchQuestion,
    check_answers,
)
from .seeding import YearNotSeeded, seed_year, year_table_text
from .suggesting import Guess, Guesser
from .values import (
    HANDLE,
    AreaClass,
    Book,
    CalendarSheet,
    CategoryUnknown,
    CategoryView,
    DayRow,
    DutyRule,
    Label,
    Option,
    Options,
    PostKindRow,
    Question,
    Reason,
    SeasonRow,
    StagedLimit,
    StandardView,
    printed_number,
)

SHIPPED = Path(__file__).parents[1] / "packs"
"""The directory of the packs that come with Gongzhi, one directory each."""

__all__ = [
    "HANDLE",
    "LEDGER_KINDS",
    "NO",
    "QUESTION_KINDS",
    "SENTENCES",
    "SHIPPED",
    "YES",
    "AnswerMissing",
    "AnswerWrong",
    "AreaClass",
    "Book",
    "CalendarSheet",
    "CalendarUnknown",
    "CategoryUnknown",
    "CategoryView",
    "DayRow",
    "Difference",
    "DutyRule",
    "Guess",
    "Guesser",
    "Label",
    "Mistake",
    "NoPackInstalled",
    "NoSuchQuestion",
    "Option",
    "Options",
    "PackContent",
    "PackMistaken",
    "PackUnknown",
    "PostKindRow",
    "Question",
    "Reason",
    "SeasonRow",
    "StagedLimit",
    "StandardView",
    "VersionUnknown",
    "YearNotSeeded",
    "YearTableExists",
    "book_of",
    "check_answers",
    "diff_packs",
    "digest_of",
    "load_pack",
    "printed_number",
    "seed_year",
    "year_table_text",
]
