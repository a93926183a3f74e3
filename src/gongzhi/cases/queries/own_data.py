"""Everything this house keeps about one person, for that person."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from ..models import Case, Follower, SavedFilter, Statement

# What the reporter of a case wrote; other statements are words of people at work.
OWN_STATEMENTS = ("report", "rating")


def data_about(person_id: int) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the house keeps about a person, part by part, as JSON values.

    See `accounts.queries.data_about`.  Four statements.
    """
    reports = list(Case.objects.filter(reporter_id=person_id).order_by("reported_at"))
    said = _said_in([case.pk for case in reports])
    kept = SavedFilter.objects.filter(person_id=person_id).order_by("made_at")
    follows = Follower.objects.filter(person_id=person_id, is_reporter=False)
    return {
        "reports": [_report(case, said.get(case.pk, [])) for case in reports],
        "follows": [
            {"number": row.case.number, "since": row.since.isoformat()}
            for row in follows.select_related("case").order_by("since")
        ],
        "saved_filters": [
            {"name": row.name, "address": row.address, "made_at": row.made_at.isoformat()}
            for row in kept
        ],
    }


def _said_in(case_ids: Iterable[UUID]) -> dict[UUID, list[Statement]]:
    found: dict[UUID, list[Statement]] = {}
    rows = Statement.objects.filter(case_id__in=list(case_ids), kind__in=OWN_STATEMENTS)
    for row in rows.order_by("pk"):
        found.setdefault(row.case_id, []).append(row)
    return found


def _report(case: Case, said: list[Statement]) -> dict[str, Any]:
    return {
        "number": case.number,
        "reported_at": case.reported_at.isoformat(),
        "category": case.category_code,
        "state": case.state,
        "longitude": case.longitude,
        "latitude": case.latitude,
        "is_solved": case.is_solved,
        "satisfaction": case.satisfaction,
        "words": " / ".join(row.text for row in said if row.text),
        "address": " / ".join(row.address for row in said if row.address),
        "contact_name": " / ".join(row.contact_name for row in said if row.contact_name),
        "contact_phone": " / ".join(row.contact_phone for row in said if row.contact_phone),
    }
