"""Organisations, kinds of posts and posts: founded, changed, never deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Appointment, Organisation, Post, PostKind
from gongzhi.accounts.rules import Actor, Deed, OrganisationUnknown, PostKindUnknown, Role
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger.actions import record
from gongzhi.webkit import revisions

from .plans import Done, Note, Outcome, Plan

PARTIES = "parties"  # the revision of everything that answers


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation as it should be; `None` leaves a field as it is."""

    code: str
    name: str
    kind: str
    name_en: str | None = ""
    parent_code: str | None = ""
    scope_path: str | None = ""
    credit_code: str | None = ""


@dataclass(frozen=True)
class NewPost:
    """A post as it should be."""

    code: str
    kind_code: str
    organisation_code: str
    name: str
    name_en: str = ""
    scope_path: str = ""


def check_organisation(new: NewOrganisation) -> None:
    """Refuse an organisation whose own fields cannot be right."""
    rules.check_code("code", new.code, longest=48)
    rules.check_text("name", new.name, longest=120, required=True)
    rules.check_text("name_en", new.name_en or "", longest=120)
    rules.check_code("kind", new.kind, longest=32)
    rules.check_scope_path(new.scope_path or "")
    if new.credit_code:
        rules.check_credit_code(new.credit_code)


class OrganisationPlan(Plan[Organisation]):
    """Organisations to found or change, those above before those below."""

    subject = "organisation"

    def __init__(self, news: Sequence[NewOrganisation]) -> None:
        fields = ("name", "name_en", "kind", "parent", "scope_path", "credit_code")
        super().__init__(Organisation, fields=fields)
        codes = {new.code for new in news} | {new.parent_code for new in news if new.parent_code}
        self._known = access.organisations_of(codes)
        self._depth: dict[str, int] = {}

    def add(self, new: NewOrganisation) -> Done[Organisation]:
        """Plan one organisation; the one above it must be known or planned already.

        Raises:
            OrganisationUnknown: the one above is neither.
            Invalid: a field cannot be right.
        """
        check_organisation(new)
        parent = self._known.get(new.parent_code or "")
        if new.parent_code and parent is None:
            raise OrganisationUnknown(code=new.parent_code)
        row = self._known.get(new.code)
        if row is None:
            return self._found(new, parent)
        differing = self.changes(row, self._wanted(new, parent))
        if not differing:
            return Done(row, Outcome.UNCHANGED)
        for name, (_before, after) in differing.items():
            setattr(row, name, after)
        self.changed[new.code] = (row, _change_note(row, differing))
        return Done(row, Outcome.CHANGED)

    def _wanted(self, new: NewOrganisation, parent: Organisation | None) -> dict[str, object]:
        given = {
            "name": new.name,
            "name_en": new.name_en,
            "kind": new.kind,
            "scope_path": new.scope_path,
            "credit_code": new.credit_code,
        }
        wanted: dict[str, object] = {
            key: value for key, value in given.items() if value is not None
        }
        return wanted if new.parent_code is None else {**wanted, "parent": parent}

    def _found(self, new: NewOrganisation, parent: Organisation | None) -> Done[Organisation]:
        row = Organisation(
            code=new.code,
            name=new.name,
            name_en=new.name_en or "",
            kind=new.kind,
            parent=parent,
            scope_path=new.scope_path or "",
            credit_code=new.credit_code or "",
        )
        facts = {
            "code": new.code,
            "kind": new.kind,
            "parent": new.parent_code or "",
            "scope_path": row.scope_path,
            "name_sha256": sha256_hex(new.name.encode()),
        }
        self._known[new.code] = row
        self._depth[new.code] = self._depth.get(new.parent_code or "", 0) + 1
        self.new[new.code] = (row, Note("organisation.founded", facts))
        return Done(row, Outcome.ADDED)

    def write_new(self) -> None:
        """Add level by level, so that each row finds the id of the one above."""
        levels: dict[int, list[Organisation]] = {}
        for code, (row, _note) in self.new.items():
            levels.setdefault(self._depth[code], []).append(row)
        for depth in sorted(levels):
            Organisation.objects.bulk_create(levels[depth], batch_size=1000)


def _change_note(row: Organisation, differing: Mapping[str, tuple[object, object]]) -> Note:
    named = {"name", "name_en"}
    kind = "organisation.changed"
    if differing.keys() <= named:
        kind = "organisation.renamed"
    elif differing.keys() <= {"parent"}:
        kind = "organisation.moved"
    facts: dict[str, object] = {"code": row.code}
    for field, (before, after) in differing.items():
        texts = [str(one or "") for one in (before, after)]  # an organisation reads as its code
        facts[field] = [sha256_hex(one.encode()) for one in texts] if field in named else texts
    return Note(kind, facts)


def chart_parents(news: Iterable[NewOrganisation]) -> dict[str, str]:
    """Return the chart as it would be with `news`: code to the code above.  One statement."""
    rows = Organisation.objects.values_list("code", "parent__code")
    parents = {code: above or "" for code, above in rows}
    for new in news:
        if new.parent_code is not None or new.code not in parents:
            parents[new.code] = new.parent_code or ""
    return parents


def above_first(
    news: Iterable[NewOrganisation], parents: Mapping[str, str]
) -> list[NewOrganisation]:
    """Return `news` in an order in which everyone comes after the one above; no circles."""
    depths: dict[str, int] = {"": 0}

    def depth(code: str) -> int:
        walk = []
        while code not in depths:
            walk.append(code)
            code = parents.get(code, "")
        for below in reversed(walk):
            depths[below] = depths[parents.get(below, "")] + 1
        return depths[walk[0] if walk else code]

    return sorted(news, key=lambda new: depth(new.code))


@transaction.atomic
def found_organisations(
    news: Sequence[NewOrganisation], *, by: Actor, at: datetime
) -> list[Done[Organisation]]:
    """Found or change many organisations; the order does not matter.

    Returns:
        One for each of `news`, those above first.

    Raises:
        NotYours: the actor does not keep the chart.
        ChartCircular: they would stand above each other in a circle.
        OrganisationUnknown: one above is nowhere.
        CodeTwice: a code stands twice in the list.
    """
    rules.check_may(Deed.KEEP_CHART, by=by)
    _check_once([new.code for new in news])
    for new in news:  # before the chart is looked at: a circle of nonsense is nonsense
        check_organisation(new)
    parents = chart_parents(news)
    rules.check_chart(parents)
    plan = OrganisationPlan(news)
    done = [plan.add(new) for new in above_first(news, parents)]
    if plan.carry_out(by=by, at=at):
        revisions.bump(PARTIES)
    return done


def _check_once(codes: Sequence[str]) -> None:
    if len(codes) != len(set(codes)):
        seen: set[str] = set()
        twice = next(code for code in codes if code in seen or seen.add(code))  # type: ignore[func-returns-value]
        raise rules.CodeTwice(code=twice)


def found_organisation(
    code: str,
    *,
    name: str,
    kind: str,
    name_en: str = "",
    parent_code: str = "",
    scope_path: str = "",
    credit_code: str = "",
    by: Actor,
    at: datetime,
) -> Organisation:
    """Found an organisation, or make the one with this code as described.

    The same twice changes nothing and enters nothing.

    Args:
        code: stable; letters, digits and . _ - : @ /.
        name: in the city's language.
        kind: the word by which duties name such bodies ("street_office").
        name_en: in English.
        parent_code: the organisation above; blank at the top.
        scope_path: path prefix of the areas it works in; blank is the whole city.
        credit_code: unified social credit code (GB 32100-2015); may be blank.
        by: who founds.
        at: an aware datetime.

    Raises:
        NotYours, ChartCircular, OrganisationUnknown: see `found_organisations`.
    """
    new = NewOrganisation(code, name, kind, name_en, parent_code, scope_path, credit_code)
    return found_organisations([new], by=by, at=at)[0].row


@transaction.atomic
def define_post_kind(
    code: str,
    *,
    name: str,
    name_en: str = "",
    roles: Iterable[str],
    level: str = "",
    rank: int = 0,
    by: Actor,
    at: datetime,
) -> PostKind:
    """Define a kind of post and what it lets its holders do, or redefine it.

    Raises:
        NotYours: the actor does not keep the chart.
        RoleUnknown: a role does not exist.
        DutiesNotSeparate: the roles, alone or with what a holder has elsewhere,
            would put two administrators in one hand.
    """
    rules.check_may(Deed.KEEP_CHART, by=by)
    rules.check_code("code", code, longest=32)
    rules.check_text("name", name, longest=60, required=True)
    rules.check_text("name_en", name_en, longest=60)
    given = sorted(_known_roles(roles))
    rules.check_separation(given)
    wanted = {"name": name, "name_en": name_en, "roles": given, "level": level, "rank": rank}
    row = PostKind.objects.select_for_update().filter(code=code).first()
    kind = "post_kind.defined" if row is None else "post_kind.changed"
    row = row or PostKind(code=code)
    if row.pk and all(getattr(row, field) == value for field, value in wanted.items()):
        return row
    for field, value in wanted.items():
        setattr(row, field, value)
    row.save()
    _check_holders(row)
    facts = {"code": code, "roles": given, "level": level, "rank": rank}
    record(kind, subject=f"post_kind:{row.pk}", by=by, at=at, facts=facts)
    revisions.bump(PARTIES)
    return row


def _known_roles(codes: Iterable[str]) -> frozenset[Role]:
    known = {role.value for role in Role} - {Role.SYSTEM.value}
    for code in codes:
        if code not in known:
            raise rules.RoleUnknown(role=str(code)[:40], roles=", ".join(sorted(known)))
    return frozenset(Role(code) for code in codes)


def _check_holders(kind: PostKind) -> None:
    """Refuse a redefinition that would join two administrators in one person."""
    if rules.ADMINISTRATORS.isdisjoint(access.roles_of(kind)):
        return
    holders = Appointment.objects.filter(post__kind=kind).values_list("person_id", flat=True)
    for person_id in set(holders):
        access.check_separate(access.appointments_of([person_id])[person_id])


class PostPlan(Plan[Post]):
    """Posts to create or change."""

    subject = "post"

    def __init__(self, news: Sequence[NewPost]) -> None:
        fields = ("kind", "organisation", "name", "name_en", "scope_path")
        super().__init__(Post, fields=fields)
        self._organisations = access.organisations_of({new.organisation_code for new in news})
        self._kinds = access.post_kinds()
        self.known = access.posts_of({new.code for new in news})

    def add(self, new: NewPost) -> Done[Post]:
        """Plan one post.

        Raises:
            PostKindUnknown, OrganisationUnknown: what it refers to does not exist.
            Invalid: a field cannot be right.
        """
        wanted = self._wanted(new)
        facts = {
            "code": new.code,
            "kind": new.kind_code,
            "organisation": new.organisation_code,
            "scope_path": new.scope_path,
        }
        row = self.known.get(new.code)
        if row is None:
            row = self.known[new.code] = Post(code=new.code, **wanted)
            self.new[new.code] = (row, Note("post.created", facts))
            return Done(row, Outcome.ADDED)
        differing = self.changes(row, wanted)
        if not differing:
            return Done(row, Outcome.UNCHANGED)
        for name, (_before, after) in differing.items():
            setattr(row, name, after)
        self.changed[new.code] = (row, Note("post.changed", {**facts, "fields": sorted(differing)}))
        return Done(row, Outcome.CHANGED)

    def _wanted(self, new: NewPost) -> dict[str, object]:
        rules.check_code("post", new.code, longest=64)
        rules.check_text("name", new.name, longest=120, required=True)
        rules.check_text("name_en", new.name_en, longest=120)
        rules.check_scope_path(new.scope_path)
        kind = self._kinds.get(new.kind_code)
        if kind is None:
            raise PostKindUnknown(code=new.kind_code)
        organisation = self._organisations.get(new.organisation_code)
        if organisation is None:
            raise OrganisationUnknown(code=new.organisation_code)
        return {
            "kind": kind,
            "organisation_id": organisation.pk,
            "name": new.name,
            "name_en": new.name_en,
            "scope_path": new.scope_path,
        }


@transaction.atomic
def create_posts(news: Sequence[NewPost], *, by: Actor, at: datetime) -> list[Done[Post]]:
    """Create or change many posts, in their order.

    Raises:
        NotYours: the actor does not keep the chart.
        PostKindUnknown, OrganisationUnknown: what a post refers to does not exist.
        CodeTwice: a code stands twice in the list.
        DutiesNotSeparate: a changed kind would join two administrators in one person.
    """
    rules.check_may(Deed.KEEP_CHART, by=by)
    _check_once([new.code for new in news])
    plan = PostPlan(news)
    done = [plan.add(new) for new in news]
    carry_out_posts(plan, by=by, at=at)
    return done


def carry_out_posts(plan: PostPlan, *, by: Actor, at: datetime) -> None:
    """Write planned posts; refuse changed ones that join two administrators in one person."""
    if plan.carry_out(by=by, at=at):
        revisions.bump(PARTIES)
    for row, _note in plan.changed.values():
        _check_holders(row.kind)


def create_post(
    code: str,
    *,
    kind_code: str,
    organisation_code: str,
    name: str,
    name_en: str = "",
    scope_path: str = "",
    by: Actor,
    at: datetime,
) -> Post:
    """Create a post in an organisation, or make the one with this code as described.

    Args:
        code: stable; letters, digits and . _ - : @ /.
        kind_code: the kind of post, which gives its roles.
        organisation_code: where the seat is.
        name: in the city's language.
        name_en: in English.
        scope_path: path prefix of the areas it covers; blank is its organisation's.
        by: who creates.
        at: an aware datetime.

    Raises:
        NotYours, PostKindUnknown, OrganisationUnknown: see `create_posts`.
    """
    new = NewPost(code, kind_code, organisation_code, name, name_en, scope_path)
    return create_posts([new], by=by, at=at)[0].row


@transaction.atomic
def close_post(code: str, *, closes_on: date, by: Actor, at: datetime) -> Post:
    """Close a post from a day on: nobody holds it any more, its history stays.

    Twice alike changes nothing; a later day postpones the closing.

    Raises:
        NotYours: the actor does not keep the chart.
        PostUnknown: there is no such post.
        DateUnlikely: before 1970 or more than thirty years ahead.
    """
    rules.check_may(Deed.KEEP_CHART, by=by)
    rules.check_term(rules.Term(closes_on), today=access.day_of(at))
    row = Post.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise rules.PostUnknown(code=code)
    if row.closed_on == closes_on:
        return row
    row.closed_on = closes_on
    row.save(update_fields=["closed_on"])
    facts = {"code": code, "closes_on": closes_on}
    record("post.closed", subject=f"post:{row.pk}", by=by, at=at, facts=facts)
    revisions.bump(PARTIES)
    return row
