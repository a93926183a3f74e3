"""Read the CSV tables of a pack, noting every mistake."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gongzhi.accounts.rules import ADMINISTRATORS, Role
from gongzhi.kernel.worktime import BadLimit, Limit, Unit

from .files import Line
from .mistakes import nearest
from .values import (
    HANDLE,
    CategoryView,
    DutyRule,
    Label,
    PostKindRow,
    Reason,
    StagedLimit,
    StandardView,
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "categories.csv": (
        "code",
        "parent",
        "kind",
        "standard_code",
        "name_zh",
        "name_en",
        "aliases",
        "public",
        "status",
    ),
    "standards.csv": (
        "code",
        "row",
        "condition_zh",
        "condition_en",
        "closing_zh",
        "closing_en",
        "limits",
        "area_class",
        "season",
        "evidence",
        "small",
        "legal_basis",
        "status",
        "note",
    ),
    "post_kinds.csv": ("code", "name_zh", "name_en", "roles", "level", "rank", "chain"),
    "duties.csv": (
        "category",
        "level",
        "rank",
        "organisation_kind",
        "post_kind",
        "body",
        "organisation_code",
        "legal_basis",
    ),
    "reasons.csv": ("step", "code", "zh", "en"),
    "labels.csv": ("key", "zh", "en"),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "questions.csv": ("category", "code", "kind", "label_zh", "label_en", "choices", "required"),
}
"""Tables a pack may do without."""
KINDS = ("component", "event", "group")
STATUSES = ("V", "R")
ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)
"""What a post may give its holder; the system is nobody's post."""
EVIDENCE = ("before", "after", "verify", "check", "document")
BODIES = ("competent", "owner", "maintainer")
REASON_STEPS = (
    "verify",
    "decline",
    "merge",
    "return",
    "extend",
    "refuse_extension",
    "suspend",
    "resume",
    "check",
    "reopen",
    "raise_level",
    "urge",
    "recategorise",
    "relocate",
    "cancel",
    "force_close",
)
"""The steps of the loop that take a reason from the pack."""

_STAGED = re.compile(r"([a-z][a-z0-9_]*)\s*[=＝]\s*(\S+)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows may refer to."""

    area_classes: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    post_kinds: tuple[str, ...] = ()

    def labelled(self, prefix: str) -> tuple[str, ...]:
        """Return the words that have a label `prefix.word`."""
        start = f"{prefix}."
        return tuple(sorted(key[len(start) :] for key in self.labels if key.startswith(start)))


class _Once:
    """Notes keys that stand twice."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._lines: dict[object, int] = {}

    def is_new(self, row: Line, key: object, *, told: str) -> bool:
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            row.tell("code.twice", self._column, value=told, first=first)
        return first == row.line


def read_labels(rows: Iterable[Line]) -> Iterator[Label]:
    """Yield the labels."""
    once = _Once("key")
    for row in rows:
        label = Label(row.code("key", longest=64), *row.both("zh", "en"))
        if once.is_new(row, label.key, told=label.key):
            yield label


def read_reasons(rows: Iterable[Line]) -> Iterator[Reason]:
    """Yield the reasons."""
    once = _Once("code")
    for row in rows:
        step = row.one_of("step", REASON_STEPS)
        reason = Reason(step, row.code("code"), *row.both("zh", "en"))
        if once.is_new(row, (step, reason.code), told=f"{step} {reason.code}"):
            yield reason


def read_post_kinds(rows: Iterable[Line], names: Names) -> Iterator[PostKindRow]:
    """Yield the kinds of posts."""
    once = _Once("code")
    for row in rows:
        name, name_en = row.both("name_zh", "name_en", longest=60)
        kind = PostKindRow(
            code=row.code("code"),
            name=name,
            name_en=name_en,
            roles=_roles(row),
            level=row.one_of("level", names.levels, default=""),
            rank=row.whole("rank", low=1),
            chain=row.code("chain", needed=False),
        )
        if once.is_new(row, kind.code, told=kind.code):
            yield kind


def _roles(row: Line) -> tuple[str, ...]:
    roles = row.several("roles")
    if not roles:
        row.tell("cell.needed", "roles")
    for role in roles:
        row.known("roles", role, ROLES)
    together = sorted(ADMINISTRATORS.intersection(roles))
    if len(together) > 1:
        row.tell("post_kind.administrators_together", "roles", value=", ".join(together))
    return roles


def read_categories(rows: Iterable[Line]) -> tuple[CategoryView, ...]:
    """Return the tree of categories; parents are known and run in no circle, or noted."""
    found: dict[str, tuple[Line, CategoryView]] = {}
    once = _Once("code")
    for row in rows:
        category = _category(row)
        if once.is_new(row, category.code, told=category.code):
            found[category.code] = row, category
    categories = {code: category for code, (_, category) in found.items()}
    for row, category in found.values():
        row.refers("parent", category.parent_code, categories, defined_in="categories.csv")
    _check_circles(found)
    _check_aliases(found.values())
    return tuple(categories.values())


def _category(row: Line) -> CategoryView:
    name, name_en = row.both("name_zh", "name_en", longest=120)
    return CategoryView(
        code=row.code("code", longest=48),
        parent_code=row.code("parent", needed=False, longest=48),
        kind=row.one_of("kind", KINDS),
        standard_code=row.code("standard_code", needed=False),
        name=name,
        name_en=name_en,
        aliases=row.several("aliases"),
        is_public=row.yes("public", default=True),
        status=row.one_of("status", STATUSES),
    )


def _check_circles(found: Mapping[str, tuple[Line, CategoryView]]) -> None:
    """Note each circle once, at its first row."""
    sound: set[str] = set()
    for start in found:
        path: list[str] = []
        code = start
        while code in found and code not in sound and code not in path:
            path.append(code)
            code = found[code][1].parent_code
        if code in path:
            circle = [*path[path.index(code) :], code]
            found[code][0].tell("category.cycle", "parent", circle=" → ".join(circle))
        sound.update(path)


def _check_aliases(rows: Iterable[tuple[Line, CategoryView]]) -> None:
    owners: dict[str, tuple[int, str]] = {}
    for row, category in rows:
        for alias in category.aliases:
            first, owner = owners.setdefault(alias, (row.line, category.code))
            if first != row.line:
                row.tell("alias.twice", "aliases", value=alias, owner=owner, first=first)


def read_standards(rows: Iterable[Line], names: Names) -> tuple[StandardView, ...]:
    """Return the standard rows."""
    found: list[tuple[Line, StandardView]] = []
    once = _Once("row")
    for row in rows:
        standard = _standard(row, names)
        key = standard.category_code, standard.row
        if once.is_new(row, key, told=" ".join(key)):
            found.append((row, standard))
    _check_plain_rows(found)
    return tuple(standard for _, standard in found)


def _standard(row: Line, names: Names) -> StandardView:
    condition, condition_en = row.both("condition_zh", "condition_en")
    closing, closing_en = row.both("closing_zh", "closing_en")
    standard = StandardView(
        id=0,
        category_code=row.text("code", needed=True),
        row=row.code("row", longest=16),
        condition=condition,
        condition_en=condition_en,
        closing=closing,
        closing_en=closing_en,
        evidence=row.several("evidence"),
        legal_basis=row.text("legal_basis"),
        area_class=row.text("area_class"),
        season=row.text("season"),
        limits=_limits(row),
        is_small=row.yes("small", default=False),
        status=row.one_of("status", STATUSES),
        note=row.text("note"),
    )
    row.refers("code", standard.category_code, names.categories, defined_in="categories.csv")
    row.refers("area_class", standard.area_class, names.area_classes, defined_in="pack.toml")
    row.refers("season", standard.season, names.seasons, defined_in="calendars.toml")
    stages = (HANDLE, *names.labelled("stage"))
    for staged in standard.limits:
        row.refers("limits", staged.stage, stages, defined_in="labels.csv")
    for purpose in standard.evidence:
        row.known("evidence", purpose, EVIDENCE)
    return standard


def _limits(row: Line) -> tuple[StagedLimit, ...]:
    """Return the staged limits of a row; every wrong part is noted."""
    found: dict[str, StagedLimit] = {}
    parts = row.several("limits")
    wrong = 0
    for part in parts:
        staged = _staged(row, part)
        if staged is None:
            wrong += 1
        elif staged.stage in found:
            row.tell("limit.stage_twice", "limits", value=staged.stage)
        else:
            found[staged.stage] = staged
    if HANDLE not in found and not wrong:
        row.tell("limit.no_handle", "limits")
    return tuple(found.values())


def _staged(row: Line, part: str) -> StagedLimit | None:
    match = _STAGED.fullmatch(part)
    if match is None:
        row.tell("limit.form", "limits", value=part)
        return None
    stage, amount, unit = match.groups()
    if unit not in list(Unit):
        near = nearest(unit, Unit)
        allowed = ", ".join(Unit)
        row.tell("limit.unit_unknown", "limits", value=unit, allowed=allowed, near=near)
        return None
    limit = _limit(amount, Unit(unit))
    if limit is None:
        row.tell("limit.amount", "limits", value=amount)
        return None
    return StagedLimit(stage, limit)


def _limit(amount: str, unit: Unit) -> Limit | None:
    try:
        limit = Limit(Decimal(amount), unit)
    except (InvalidOperation, BadLimit):
        return None
    return limit if limit.amount > 0 else None


def _check_plain_rows(found: Iterable[tuple[Line, StandardView]]) -> None:
    """Note conditions without a row that holds in every area class and season."""
    first: dict[tuple[str, str], Line] = {}
    plain: set[tuple[str, str]] = set()
    for row, standard in found:
        key = standard.category_code, standard.group
        first.setdefault(key, row)
        if not standard.area_class and not standard.season:
            plain.add(key)
    for key, row in first.items():
        if key not in plain:
            row.tell("standard.no_plain_row", "row", category=key[0], group=key[1])


def read_duties(rows: Iterable[Line], names: Names) -> Iterator[DutyRule]:
    """Yield the duties."""
    once = _Once("category")
    for row in rows:
        duty = _duty(row, names)
        key = tuple(row.text(column) for column in COLUMNS["duties.csv"][:-1])
        if once.is_new(row, key, told=" ".join(part for part in key if part)):
            yield duty


def _duty(row: Line, names: Names) -> DutyRule:
    duty = DutyRule(
        category_code=row.text("category"),
        level=row.one_of("level", names.levels),
        rank=row.whole("rank", low=1),
        organisation_kind=row.text("organisation_kind"),
        post_kind=row.text("post_kind"),
        body=row.one_of("body", BODIES, default=""),
        organisation_code=row.code("organisation_code", needed=False, longest=48),
        legal_basis=row.text("legal_basis"),
    )
    row.refers("category", duty.category_code, names.categories, defined_in="categories.csv")
    kinds = names.labelled("organisation_kind")
    row.refers("organisation_kind", duty.organisation_kind, kinds, defined_in="labels.csv")
    row.refers("post_kind", duty.post_kind, names.post_kinds, defined_in="post_kinds.csv")
    if not (duty.organisation_kind or duty.post_kind or duty.body or duty.organisation_code):
        row.tell("duty.nobody")
    return duty
