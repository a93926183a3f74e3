"""What can be wrong with a pack, and what to do about it, in both languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

_MEANT = {"en": " Did you mean “%s”?", "zh": "是否应为“%s”？"}


_FILE_LOST = frozenset(
    {"file.missing", "file.unreadable", "file.empty", "toml.syntax", "table.broken"}
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a pack.

    Attributes:
        file: relative to the pack's directory (`holidays/work/2026.csv`).
        line: the line of the file, from 1, as an editor counts; 0 for the whole file.
        column: the name of the column or setting; empty for the whole line.
        code: which mistake; a key of `SENTENCES`.
        facts: what fills the sentence.
    """

    file: str
    line: int
    column: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """Return what is wrong; `language` is `en` or `zh`."""
        return SENTENCES[self.code][language][0] % self._facts(language)

    def remedy(self, language: str = "en") -> str:
        """Return what to do about it; `language` is `en` or `zh`."""
        return SENTENCES[self.code][language][1] % self._facts(language)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f" [{self.column}]" if self.column else ""
        return f"{place}{column} {self.sentence()} {self.remedy()}"

    def _facts(self, language: str) -> dict[str, object]:
        near = self.facts.get("near")
        meant = _MEANT[language] % near if near else ""
        return {"file": self.file, "column": self.column, "meant": meant, **self.facts}


class Findings:
    """The mistakes found so far; a check adds and goes on."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def add(self, code: str, file: str, line: int = 0, column: str = "", **facts: object) -> None:
        """Note one mistake."""
        self._found.append(Mistake(file, line, column, code, facts))

    def in_order(self) -> list[Mistake]:
        """Return all mistakes by file and line, as a person mends them.

        References into a file that could not be read are left out: they would be
        told by the hundred and are no mistakes.
        """
        lost = {one.file for one in self._found if one.code in _FILE_LOST}
        told = [one for one in self._found if one.facts.get("defined_in") not in lost]
        return sorted(told, key=lambda one: (one.file, one.line, one.column))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that `word` most likely was meant to be, or an empty text."""
    return next(iter(get_close_matches(word, list(known), n=1)), "")


def _words(en: str, en_remedy: str, zh: str, zh_remedy: str) -> Mapping[str, tuple[str, str]]:
    return {"en": (en, en_remedy), "zh": (zh, zh_remedy)}


SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "pack.no_directory": _words(
        "There is no directory %(file)s.",
        "Give the directory that holds pack.toml.",
        "目录 %(file)s 不存在。",
        "请给出 pack.toml 所在的目录。",
    ),
    "file.missing": _words(
        "The pack has no file %(file)s.",
        "Add it; an empty table needs its header line only.",
        "业务包缺少文件 %(file)s。",
        "请补上该文件；没有内容的表也要有表头一行。",
    ),
    "file.unknown": _words(
        "Nothing reads the file %(file)s.%(meant)s",
        "Rename it, or move it out of the pack.",
        "文件 %(file)s 不属于业务包。%(meant)s",
        "请改正文件名，或将其移出业务包目录。",
    ),
    "file.unreadable": _words(
        "The file cannot be read: %(reason)s.",
        "Check that it is an ordinary file and that you may read it.",
        "文件无法读取：%(reason)s。",
        "请检查它是否为普通文件、是否有读取权限。",
    ),
    "file.not_utf8": _words(
        "The text is not UTF-8 from this line on.",
        "Save the file again as “CSV UTF-8”.",
        "从本行起文本不是 UTF-8 编码。",
        "请另存为“CSV UTF-8”格式。",
    ),
    "file.empty": _words(
        "The table has no header line.",
        "Begin with the line: %(columns)s",
        "表格没有表头。",
        "首行应为：%(columns)s",
    ),
    "table.column_missing": _words(
        "The column %(column)s is missing.",
        "Add it to the header, and a cell to every row.",
        "缺少列 %(column)s。",
        "请在表头补上该列，并为每行补上单元格。",
    ),
    "table.column_unknown": _words(
        "The column “%(column)s” is not known here.%(meant)s",
        "Rename or remove it; remarks go into a column note where there is one.",
        "列“%(column)s”不是本表的列。%(meant)s",
        "请改名或删除；备注可写入 note 列（如有）。",
    ),
    "table.column_twice": _words(
        "The column %(column)s stands twice in the header.",
        "Remove one of the two.",
        "表头中 %(column)s 列重复。",
        "请删除其中一列。",
    ),
    "table.broken": _words(
        "The table breaks off here: %(reason)s.",
        "Look for an unclosed quotation mark on this line or above.",
        "表格在此处中断：%(reason)s。",
        "请检查本行或前面各行是否有未闭合的引号。",
    ),
    "row.too_long": _words(
        "The row has %(cells)s cells, the header has %(columns)s columns.",
        "Put a cell that contains a comma between quotation marks.",
        "本行有 %(cells)s 个单元格，表头只有 %(columns)s 列。",
        "含逗号的单元格请加英文双引号。",
    ),
    "cell.control_character": _words(
        "The cell holds an invisible control character.",
        "Type the text of the cell afresh.",
        "单元格含有不可见的控制字符。",
        "请重新输入该单元格的文字。",
    ),
    "cell.needed": _words(
        "%(column)s is empty.",
        "Fill it in.",
        "%(column)s 为空。",
        "请填写。",
    ),
    "cell.translation_missing": _words(
        "%(column)s is empty while the other language is filled in.",
        "Write the text in both languages.",
        "%(column)s 为空，而另一种语言已填写。",
        "请把两种语言都填上。",
    ),
    "cell.too_long": _words(
        "%(column)s has %(length)s characters.",
        "Shorten it to %(longest)s.",
        "%(column)s 有 %(length)s 个字符。",
        "请缩短到 %(longest)s 个字符以内。",
    ),
    "cell.not_a_code": _words(
        "“%(value)s” cannot be a code.",
        "Use letters, digits, “_”, “-” and “.”, no spaces, at most %(longest)s characters.",
        "“%(value)s”不能用作代码。",
        "只能用英文字母、数字、“_”“-”“.”，不含空格，最多 %(longest)s 个字符。",
    ),
    "cell.not_a_whole_number": _words(
        "“%(value)s” is not a whole number from %(low)s to %(high)s.",
        "Write a number such as %(low)s.",
        "“%(value)s”不是 %(low)s 至 %(high)s 之间的整数。",
        "请填写整数，例如 %(low)s。",
    ),
    "cell.not_yes_or_no": _words(
        "“%(value)s” is neither yes nor no.",
        "Write yes or no.",
        "“%(value)s”既不是“是”也不是“否”。",
        "请填写 yes 或 no（是/否亦可）。",
    ),
    "cell.not_one_of": _words(
        "“%(value)s” is not known here.%(meant)s",
        "Use one of: %(allowed)s.",
        "“%(value)s”不是可用的取值。%(meant)s",
        "可用取值：%(allowed)s。",
    ),
    "code.twice": _words(
        "“%(value)s” stands already on line %(first)s.",
        "Give one of the two another code, or remove it.",
        "“%(value)s”已出现在第 %(first)s 行。",
        "请为其中一行更换代码，或删除其中一行。",
    ),
    "alias.twice": _words(
        "The alias “%(value)s” belongs already to %(owner)s on line %(first)s.",
        "Keep it for one category only, so that it names one thing.",
        "别名“%(value)s”已属于第 %(first)s 行的 %(owner)s。",
        "一个别名只能对应一个类别，请保留一处。",
    ),
    "reference.unknown": _words(
        "“%(value)s” is not defined in %(defined_in)s.%(meant)s",
        "Correct it, or define it in %(defined_in)s.",
        "%(defined_in)s 中没有定义“%(value)s”。%(meant)s",
        "请改正，或先在 %(defined_in)s 中定义。",
    ),
    "category.cycle": _words(
        "The parents run in a circle: %(circle)s.",
        "Give one of them a parent outside the circle, or none.",
        "上级类别形成循环：%(circle)s。",
        "请为其中一个另设上级，或留空。",
    ),
    "standard.no_plain_row": _words(
        "%(category)s, condition %(group)s, holds for some area classes or seasons only.",
        "Add a row of this condition with area_class and season empty, for all other cases.",
        "%(category)s 的条件 %(group)s 只适用于部分区域类别或季节。",
        "请补一行 area_class 和 season 均为空的同条件行，用于其他情形。",
    ),
    "limit.form": _words(
        "“%(value)s” is not a limit.",
        "Write stage=amount unit, for example: handle=4 work_hours; make_safe=3 emergency_hours",
        "“%(value)s”不是有效的时限。",
        "请写成 阶段=数量 单位，例如：handle=4 work_hours; make_safe=3 emergency_hours",
    ),
    "limit.unit_unknown": _words(
        "“%(value)s” is not a unit of time.%(meant)s",
        "Use one of: %(allowed)s.",
        "“%(value)s”不是时限单位。%(meant)s",
        "可用单位：%(allowed)s。",
    ),
    "limit.amount": _words(
        "“%(value)s” is not an amount above zero.",
        "Write a number such as 4 or 1.5.",
        "“%(value)s”不是大于零的数量。",
        "请填写数字，例如 4 或 1.5。",
    ),
    "limit.stage_twice": _words(
        "The stage %(value)s has two limits.",
        "Keep one.",
        "阶段 %(value)s 有两个时限。",
        "请只保留一个。",
    ),
    "limit.no_handle": _words(
        "The row promises nothing for the stage handle.",
        "Add the main limit, for example: handle=2 work_days",
        "本行没有 handle（处置）阶段的时限。",
        "请补上处置时限，例如：handle=2 work_days",
    ),
    "question.choice_form": _words(
        "“%(value)s” is not a choice.",
        "Write code=中文|English, several between semicolons: wet=湿|Wet; dry=干|Dry",
        "“%(value)s”不是有效的选项。",
        "请写成 代码=中文|英文，多个选项用分号隔开，例如：wet=湿|Wet; dry=干|Dry",
    ),
    "question.choice_twice": _words(
        "The choice %(value)s stands twice.",
        "Give one of the two another code, or remove it.",
        "选项 %(value)s 重复。",
        "请为其中一个更换代码，或删除其中一个。",
    ),
    "question.choices_missing": _words(
        "A question of choice needs at least two choices.",
        "Write them as code=中文|English between semicolons, or make the kind text or yes_no.",
        "选择题至少要有两个选项。",
        "请按 代码=中文|英文 填写选项并用分号隔开，或把 kind 改为 text 或 yes_no。",
    ),
    "question.choices_unwanted": _words(
        "A question of kind %(kind)s has no choices.",
        "Empty the cell, or make the kind choice.",
        "%(kind)s 类问题没有选项。",
        "请清空该单元格，或把 kind 改为 choice。",
    ),
    "duty.nobody": _words(
        "The duty names nobody.",
        "Fill in organisation_kind, post_kind, body or organisation_code.",
        "本条职责没有指明责任方。",
        "请填写 organisation_kind、post_kind、body 或 organisation_code 之一。",
    ),
    "post_kind.administrators_together": _words(
        "One post would hold %(value)s together.",
        "Give each of the three administrators a kind of post of its own.",
        "同一岗位同时拥有 %(value)s。",
        "系统、安全、审计三类管理员应各设岗位。",
    ),
    "toml.syntax": _words(
        "The file is not valid TOML: %(reason)s.",
        "Mend this line; texts stand between quotation marks, one setting per line.",
        "文件不是有效的 TOML：%(reason)s。",
        "请改正本行；文字须加英文双引号，一行一项。",
    ),
    "setting.missing": _words(
        "The setting %(column)s is missing.",
        "Add it; docs/reference/packs.md shows an example.",
        "缺少设置 %(column)s。",
        "请补上；示例见 docs/reference/packs.md。",
    ),
    "setting.unknown": _words(
        "The setting %(column)s is not known.%(meant)s",
        "Correct its name, or remove it.",
        "设置 %(column)s 不可识别。%(meant)s",
        "请改正名称，或删除。",
    ),
    "setting.wrong_type": _words(
        "%(column)s must be %(wanted)s, not %(value)s.",
        "Write for example: %(example)s",
        "%(column)s 的类型应为 %(wanted)s，而不是 %(value)s。",
        "写法示例：%(example)s",
    ),
    "setting.out_of_range": _words(
        "%(column)s = %(value)s lies outside %(low)s to %(high)s.",
        "Choose a value within.",
        "%(column)s = %(value)s 超出范围 %(low)s 至 %(high)s。",
        "请在范围内取值。",
    ),
    "setting.number_format": _words(
        "“%(value)s” cannot number cases: %(reason)s.",
        "Use {year}, {month}, {day} and, always, {sequence}: {year}-{sequence:06d}",
        "“%(value)s”不能用作案卷编号格式：%(reason)s。",
        "可用 {year}、{month}、{day}，必须有 {sequence}，例如 {year}-{sequence:06d}",
    ),
    "calendar.timezone_unknown": _words(
        "“%(value)s” is not a time zone.",
        "Use a name of the IANA database, such as Asia/Shanghai.",
        "“%(value)s”不是时区名。",
        "请用 IANA 时区名，例如 Asia/Shanghai。",
    ),
    "calendar.span": _words(
        "“%(value)s” is not a span of working time.",
        "Write start and end of one day, for example 08:00-12:00; 24:00 ends the day.",
        "“%(value)s”不是有效的工作时段。",
        "请写同一天的起止时间，例如 08:00-12:00；24:00 表示当天结束。",
    ),
    "calendar.spans_overlap": _words(
        "The spans of %(column)s overlap or are out of order.",
        "List them from early to late, without overlap.",
        "%(column)s 的工作时段重叠或次序颠倒。",
        "请从早到晚排列，互不重叠。",
    ),
    "calendar.no_hours": _words(
        "The calendar %(value)s has no working hours on any day.",
        "Give at least one day a span.",
        "日历 %(value)s 没有任何工作时段。",
        "请至少为一天设置工作时段。",
    ),
    "calendar.month_day": _words(
        "“%(value)s” is not a day of the year.",
        "Write month and day, for example 03-15.",
        "“%(value)s”不是有效的月日。",
        "请写月-日，例如 03-15。",
    ),
    "calendar.no_years": _words(
        "The calendar %(value)s needs year tables and has none.",
        "Add holidays/%(value)s/YEAR.csv, or set needs_year_tables = false.",
        "日历 %(value)s 需要年度表，但一张也没有。",
        "请添加 holidays/%(value)s/年份.csv，或设 needs_year_tables = false。",
    ),
    "year.file_name": _words(
        "The name of a year table must be a year.",
        "Name it like 2026.csv.",
        "年度表的文件名必须是年份。",
        "请命名为 2026.csv 的形式。",
    ),
    "day.not_a_date": _words(
        "“%(value)s” is not a date.",
        "Write year-month-day, for example 2026-02-17.",
        "“%(value)s”不是日期。",
        "请写 年-月-日，例如 2026-02-17。",
    ),
    "day.other_year": _words(
        "%(value)s does not belong to the year %(year)s.",
        "Move the line to the table of its year.",
        "%(value)s 不属于 %(year)s 年。",
        "请移到对应年份的表中。",
    ),
}
