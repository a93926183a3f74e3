"""Teams: people who act together across organisations."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Membership, Organisation, Team
from gongzhi.accounts.rules import (
    Actor,
    AppointmentUnknown,
    Deed,
    OrganisationUnknown,
    TeamUnknown,
    Term,
)
from gongzhi.ledger.actions import record


@transaction.atomic
def form_team(
    code: str,
    *,
    name: str,
    name_en: str = "",
    kind: str = "",
    organisation_code: str = "",
    by: Actor,
    at: datetime,
) -> Team:
    """Form a team, or make the one with this code as described; the same twice changes nothing.

    Raises:
        NotYours: the actor does not keep teams.
        OrganisationUnknown: its organisation does not exist.
        Invalid: a field cannot be right.
    """
    rules.check_may(Deed.KEEP_TEAMS, by=by)
    rules.check_code("code", code, longest=48)
    rules.check_text("name", name, longest=120, required=True)
    rules.check_text("name_en", name_en, longest=120)
    rules.check_text("kind", kind, longest=32)
    home = Organisation.objects.filter(code=organisation_code).first()
    if organisation_code and home is None:
        raise OrganisationUnknown(code=organisation_code)
    wanted = {"name": name, "name_en": name_en, "kind": kind, "organisation": home}
    row = Team.objects.select_related("organisation").filter(code=code).first()
    deed = "team.formed" if row is None else "team.changed"
    row = row or Team(code=code)
    if row.pk and all(getattr(row, field) == value for field, value in wanted.items()):
        return row
    for field, value in wanted.items():
        setattr(row, field, value)
    row.save()
    facts = {"code": code, "kind": kind, "organisation": organisation_code}
    record(deed, subject=f"team:{row.pk}", by=by, at=at, facts=facts)
    return row


@transaction.atomic
def join_team(
    team_code: str,
    *,
    login: str,
    starts_on: date,
    ends_on: date | None = None,
    is_leader: bool = False,
    by: Actor,
    at: datetime,
) -> Membership:
    """Let a person join a team; the same twice changes nothing.

    Raises:
        NotYours: the actor does not keep teams.
        PersonUnknown, TeamUnknown: who or what does not exist.
        TermBackwards, DateUnlikely: the term cannot be.
    """
    person = access.person_for_change(login, by=by, deed=Deed.KEEP_TEAMS)
    team = Team.objects.filter(code=team_code).first()
    if team is None:
        raise TeamUnknown(code=team_code)
    rules.check_term(Term(starts_on, ends_on), today=access.day_of(at))
    row = Membership.objects.filter(team=team, person=person, starts_on=starts_on).first()
    row = row or Membership(team=team, person=person, starts_on=starts_on)
    if row.pk and (row.ends_on, row.is_leader) == (ends_on, is_leader):
        return row
    row.ends_on, row.is_leader = ends_on, is_leader
    row.save()
    facts = {"team": team.code, "starts_on": starts_on, "ends_on": ends_on, "leads": is_leader}
    record("team.joined", subject=f"person:{person.pk}", by=by, at=at, facts=facts)
    return row


@transaction.atomic
def leave_team(team_code: str, *, login: str, ends_on: date, by: Actor, at: datetime) -> Membership:
    """End a membership: `ends_on` is its last day.

    Raises:
        NotYours: the actor does not keep teams.
        PersonUnknown: there is no active person with this login.
        AppointmentUnknown: the person is not in the team on that day.
    """
    person = access.person_for_change(login, by=by, deed=Deed.KEEP_TEAMS)
    open_term = Q(ends_on=None) | Q(ends_on__gte=ends_on)
    row = Membership.objects.filter(
        open_term, team__code=team_code, person=person, starts_on__lte=ends_on
    ).first()
    if row is None:
        raise AppointmentUnknown(login=login, post=team_code, date=ends_on.isoformat())
    if row.ends_on == ends_on:
        return row
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    facts = {"team": team_code, "ends_on": ends_on}
    record("team.left", subject=f"person:{person.pk}", by=by, at=at, facts=facts)
    return row
