"""Fields of forms with their troubles beside them; also for the administration above."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import ChoiceGroup, asked
from gongzhi.webkit.words import sentence

# The field a refusal is about, where the refusal does not name it itself.
_ABOUT: Mapping[str, str] = {
    "accounts.password_weak": "password",
    "accounts.passwords_differ": "again",
    "accounts.password_refused": "old_password",
    "accounts.code_refused": "code",
    "accounts.codes_locked": "code",
    "accounts.login_taken": "login",
    "accounts.language_unknown": "language",
    "accounts.organisation_unknown": "organisation",
    "accounts.chart_circular": "organisation",
    "accounts.credit_code_wrong": "credit_code",
    "accounts.scope_unknown": "scope",
    "accounts.post_kind_unknown": "kind",
    "accounts.post_unknown": "post",
    "accounts.post_closed": "post",
    "accounts.term_backwards": "ends_on",
    "accounts.term_overlaps": "starts_on",
    "accounts.date_unlikely": "starts_on",
    "accounts.duties_not_separate": "post",
    "accounts.person_unknown": "login",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, as `accounts/field.html` shows it.

    Attributes:
        kind: text, tel, email, password, date, number, select, checkbox, file, code or area.
        hint: what belongs into it, shown below the label.
        trouble: what is wrong with what was given, shown beside it.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    is_required: bool = False
    longest: int | None = None
    autocomplete: str = "off"
    groups: tuple[ChoiceGroup, ...] = ()
    blank: str = ""
    accept: str = ""
    trouble: str = ""
    prefix: str = "field"

    @property
    def id(self) -> str:
        """Return the id of the field in its page."""
        return f"{self.prefix}-{self.name}"

    @property
    def described_by(self) -> str:
        """Return the ids of what explains the field."""
        parts = {"hint": self.hint, "trouble": self.trouble}
        return " ".join(f"{self.id}-{name}" for name, text in parts.items() if text)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, and what is wrong with the whole of it."""

    fields: tuple[Field, ...]
    trouble: str = ""
    troubles: Mapping[str, str] = field(default_factory=dict)


def form_of(
    fields: Collection[Field], *, given: QueryDict | None = None, refusal: Refusal | None = None
) -> Form:
    """Return a form as it is shown: with what was given before, and what is wrong with it.

    Args:
        fields: with the values that hold now.
        given: what was typed before; passwords and codes are not shown again.
        refusal: why it was refused; stands beside its field, or above all of them.
    """
    shown = [_refilled(one, given) for one in fields]
    if refusal is None:
        return Form(tuple(shown))
    about = str(refusal.facts.get("field", "")) or _ABOUT.get(refusal.code, "")
    told = sentence(refusal)
    if about not in {one.name for one in shown}:
        return Form(tuple(shown), told)
    marked = [replace(one, trouble=told) if one.name == about else one for one in shown]
    return Form(tuple(marked), troubles={about: told})


def _refilled(one: Field, given: QueryDict | None) -> Field:
    if given is None or one.kind in {"password", "code", "file"}:
        return one
    value = asked(given, one.name, longest=one.longest or 500)
    groups = tuple(
        ChoiceGroup(
            group.label,
            tuple(replace(choice, is_chosen=choice.value == value) for choice in group.choices),
        )
        for group in one.groups
    )
    return replace(one, value=value, groups=groups)
