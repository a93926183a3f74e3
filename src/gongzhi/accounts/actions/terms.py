"""Appointments: people put into posts for a term, by letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Appointment, Person, Post
from gongzhi.accounts.rules import (
    Actor,
    AppointmentUnknown,
    Deed,
    PersonUnknown,
    PostClosed,
    PostUnknown,
    Term,
    TermOverlaps,
)
from gongzhi.ledger.actions import record

from .plans import Done, Note, Outcome, Plan


@dataclass(frozen=True)
class NewAppointment:
    """A person to put into a post; `ends_on` is the last day, absent until further notice."""

    login: str
    post_code: str
    starts_on: date
    ends_on: date | None = None
    letter_number: str = ""
    capacity: str = ""


class AppointmentPlan(Plan[Appointment]):
    """Appointments to make or change, against everything these people hold already."""

    subject = "person"

    def __init__(self, people: dict[str, Person], posts: dict[str, Post], *, today: date) -> None:
        super().__init__(Appointment, fields=("ends_on", "letter_number", "capacity"))
        self._people = people
        self._posts = posts
        self._today = today
        ids = [person.pk for person in people.values() if person.pk]
        self._held: dict[str, list[Appointment]] = {person.login: [] for person in people.values()}
        names = {person.pk: person.login for person in people.values()}
        for person_id, rows in access.appointments_of(ids).items():
            self._held[names[person_id]] = rows

    def add(self, new: NewAppointment) -> Done[Appointment]:
        """Plan one appointment.

        Raises:
            PersonUnknown, PostUnknown: who or what does not exist.
            TermBackwards, DateUnlikely, TermOverlaps: the term cannot be.
            DutiesNotSeparate: the person would hold two administrators' roles on one day.
        """
        person = self._people.get(new.login)
        if person is None or not person.is_active:
            raise PersonUnknown(login=new.login)
        same = self.check(new)
        held, post = self._held.setdefault(new.login, []), self._posts[new.post_code]
        wanted = {name: getattr(new, name) for name in self._fields}
        row = same or Appointment(person=person, post=post, starts_on=new.starts_on, **wanted)
        differing = self.changes(row, wanted)
        if same is not None and not differing:
            return Done(same, Outcome.UNCHANGED)
        for name, (_before, after) in differing.items():
            setattr(row, name, after)
        return self._keep(row, is_new=same is None, held=held, new=new)

    def check(self, new: NewAppointment) -> Appointment | None:
        """Refuse an appointment that cannot be; return the one it repeats, if any."""
        post = self._posts.get(new.post_code)
        if post is None:
            raise PostUnknown(code=new.post_code)
        rules.check_term(Term(new.starts_on, new.ends_on), today=self._today)
        if post.closed_on is not None and post.closed_on <= max(new.starts_on, self._today):
            raise PostClosed(code=post.code, date=post.closed_on.isoformat())
        rules.check_text("letter_number", new.letter_number, longest=48)
        rules.check_text("capacity", new.capacity, longest=48)
        held = self._held.get(new.login, [])
        here = [one for one in held if one.post.code == post.code]
        same = next((one for one in here if one.starts_on == new.starts_on), None)
        term = Term(new.starts_on, new.ends_on)
        for other in here:
            if other is not same and term.overlaps(Term(other.starts_on, other.ends_on)):
                since = other.starts_on.isoformat()
                raise TermOverlaps(login=new.login, post=post.code, since=since)
        trial = Appointment(post=post, starts_on=new.starts_on, ends_on=new.ends_on)
        access.check_separate([*(one for one in held if one is not same), trial])
        return same

    def _keep(
        self, row: Appointment, *, is_new: bool, held: list[Appointment], new: NewAppointment
    ) -> Done[Appointment]:
        facts = {"post": new.post_code, "starts_on": row.starts_on, "ends_on": row.ends_on}
        key = f"{new.login} {new.post_code} {row.starts_on}"
        if is_new:
            held.append(row)
            self.new[key] = (row, Note("appointment.made", facts))
            return Done(row, Outcome.ADDED)
        if key in self.new:
            self.new[key] = (row, Note("appointment.made", facts))
        else:
            self.changed[key] = (row, Note("appointment.changed", facts))
        return Done(row, Outcome.CHANGED)

    def subject_of(self, row: Appointment) -> str:
        """Return the person: whoever asks what became of someone asks by person."""
        return f"person:{row.person_id}"


@transaction.atomic
def appoint_many(
    news: Sequence[NewAppointment], *, by: Actor, at: datetime
) -> list[Done[Appointment]]:
    """Put many people into posts, in their order.

    Raises:
        NotYours: the actor does not appoint.
        PersonUnknown, PostUnknown, TermBackwards, DateUnlikely, TermOverlaps,
        DutiesNotSeparate: see `AppointmentPlan.add`.
    """
    rules.check_may(Deed.APPOINT, by=by)
    people = access.people_of({new.login for new in news}, locked=True)
    posts = access.posts_of({new.post_code for new in news})
    plan = AppointmentPlan(people, posts, today=access.day_of(at))
    done = [plan.add(new) for new in news]
    plan.carry_out(by=by, at=at)
    return done


def appoint(
    login: str,
    *,
    post_code: str,
    starts_on: date,
    ends_on: date | None = None,
    letter_number: str = "",
    capacity: str = "",
    by: Actor,
    at: datetime,
) -> Appointment:
    """Put a person into a post for a term; the same twice changes nothing.

    Args:
        login: the person.
        post_code: the post.
        starts_on: the first day.
        ends_on: the last day; absent: until further notice.
        letter_number: of the letter of appointment; may be blank.
        capacity: in what capacity (party member, resident, grid worker …); may be blank.
        by: who appoints.
        at: an aware datetime.

    Raises:
        NotYours, PersonUnknown, PostUnknown, TermBackwards, DateUnlikely, TermOverlaps,
        DutiesNotSeparate: see `AppointmentPlan.add`.
    """
    new = NewAppointment(login, post_code, starts_on, ends_on, letter_number, capacity)
    return appoint_many([new], by=by, at=at)[0].row


@transaction.atomic
def end_appointment(
    login: str, *, post_code: str, ends_on: date, by: Actor, at: datetime
) -> Appointment:
    """End an appointment: `ends_on` is its last day.  Ending it twice alike changes nothing.

    Raises:
        NotYours: the actor does not appoint.
        PersonUnknown: there is no active person with this login.
        AppointmentUnknown: the person does not hold this post on that day.
    """
    person = access.person_for_change(login, by=by, deed=Deed.APPOINT)
    row = (
        Appointment.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=ends_on),
            person=person,
            post__code=post_code,
            starts_on__lte=ends_on,
        )
        .select_related("post")
        .first()
    )
    if row is None:
        raise AppointmentUnknown(login=login, post=post_code, date=ends_on.isoformat())
    if row.ends_on == ends_on:
        return row
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    facts = {"post": row.post.code, "starts_on": row.starts_on, "ends_on": ends_on}
    record("appointment.ended", subject=f"person:{person.pk}", by=by, at=at, facts=facts)
    return row
