"""Everything this house keeps about one person, for that person."""

from collections.abc import Mapping
from typing import Any

from ..models import Appointment, Membership, OpenSession, Person, RecoveryCode, SecondFactor


def data_about(person_id: int) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the house keeps about a person, part by part, as JSON values.

    Every house that keeps something about people has a query of this name; the site
    gathers them.  The parts have labels in `words.OWN_DATA`.  Six statements.
    """
    return {
        "account": _account(person_id),
        "appointments": _appointments(person_id),
        "teams": _teams(person_id),
        "second_factor": _second_factor(person_id),
        "sessions": _sessions(person_id),
    }


def _account(person_id: int) -> list[dict[str, Any]]:
    fields = ("id", "login", "name", "phone", "email", "language")
    return list(Person.objects.filter(pk=person_id).values(*fields))


def _appointments(person_id: int) -> list[dict[str, Any]]:
    rows = Appointment.objects.filter(person_id=person_id).order_by("starts_on", "pk")
    return [
        {
            "post": row.post.code,
            "post_name": row.post.name,
            "organisation": row.post.organisation.name,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat() if row.ends_on else None,
            "letter_number": row.letter_number,
            "capacity": row.capacity,
        }
        for row in rows.select_related("post__organisation")
    ]


def _teams(person_id: int) -> list[dict[str, Any]]:
    rows = Membership.objects.filter(person_id=person_id).select_related("team")
    return [
        {
            "team": row.team.code,
            "team_name": row.team.name,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat() if row.ends_on else None,
            "is_leader": row.is_leader,
        }
        for row in rows.order_by("starts_on", "pk")
    ]


def _second_factor(person_id: int) -> list[dict[str, Any]]:
    """Return that there is one and since when; never the secret itself."""
    left = RecoveryCode.objects.filter(person_id=person_id, used_at=None).count()
    rows = SecondFactor.objects.filter(person_id=person_id, confirmed_at__isnull=False)
    return [
        {"confirmed_at": row.confirmed_at.isoformat(), "recovery_codes_left": left}
        for row in rows
        if row.confirmed_at
    ]


def _sessions(person_id: int) -> list[dict[str, Any]]:
    rows = OpenSession.objects.filter(person_id=person_id).order_by("began_at")
    return [
        {
            "browser": row.browser,
            "began_at": row.began_at.isoformat(),
            "seen_at": row.seen_at.isoformat(),
        }
        for row in rows
    ]
