"""Run inside the city whose processes are killed: found it, and judge what is left of it.

python -m tests.processes.judge found           prints the session of each person
python -m tests.processes.judge judge FILE      prints what is wrong, as a list
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.site.settings")
STAFF = ("opal", "dora", "henry", "colin")


def found() -> dict[str, str]:
    """Build the cast's city and open a session for each of the staff; return their keys."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.cast import build_city

    build_city()
    keys = {}
    for login in STAFF:
        client = Client()
        client.force_login(get_user_model().objects.get(login=login))
        keys[login] = client.cookies["sessionid"].value
    return keys


def judge(acknowledged: list[dict[str, Any]]) -> Iterator[str]:
    """Yield everything that was lost or done by half."""
    from django.utils import timezone

    from gongzhi.cases import queries as cases
    from gongzhi.cases.models import Case
    from gongzhi.ledger import actions as ledger_actions
    from gongzhi.ledger import queries as ledger

    rows = {case.pk: case for case in Case.objects.all()}
    stories = ledger.histories([f"case:{one}" for one in rows])
    yield from _lost(acknowledged, rows, stories)
    for case in rows.values():
        yield from _half(case, stories[f"case:{case.pk}"])
    for entry in _subjects_without_row(rows):
        yield f"the ledger tells of {entry}, which has no row"
    for one in cases.discrepancies():
        yield f"{one.number}: {one.column} is {one.in_row!r}, replayed {one.in_ledger!r}"
    ledger_actions.seal(timezone.now())
    verdict = ledger.verify()
    if not verdict.is_clean:
        yield f"the ledger was altered: {verdict.what}"


def _lost(
    acknowledged: list[dict[str, Any]], rows: dict[UUID, Any], stories: dict[str, Any]
) -> Iterator[str]:
    from gongzhi.cases.models import Statement
    from gongzhi.evidence.queries import files_of

    told = Counter((one["case"], one["kind"]) for one in acknowledged)
    for (case_id, kind), times in told.items():
        if UUID(case_id) not in rows:
            yield f"case {case_id} is lost"
            continue
        subject = f"case:{case_id}"
        if kind == "photo":
            kept = len(files_of(subject))
        else:
            kept = sum(entry.kind == kind for entry in stories[subject])
        if kept < times:
            yield f"{subject}: {kind} was acknowledged {times} times and is there {kept} times"
    words = set(Statement.objects.values_list("case_id", "text"))
    for one in acknowledged:
        if one.get("words") and (UUID(one["case"]), one["words"]) not in words:
            yield f"case {one['case']}: the words {one['words']!r} are lost"
        row = rows.get(UUID(one["case"]))
        if row and (row.number != one["number"] or row.version < one.get("version", 0)):
            yield f"case {one['case']}: {row.number} version {row.version}, told was {one}"


def _half(case: Any, story: list[Any]) -> Iterator[str]:
    """Yield what a case lacks of the parts of one deed: entry, words, promise."""
    from gongzhi.cases.models import Statement
    from gongzhi.commitments.queries import of_subject

    kinds = Counter(entry.kind for entry in story)
    if kinds["case.reported"] != 1:
        yield f"{case.number}: {kinds['case.reported']} entries of its report"
    said = dict(Statement.objects.filter(case_id=case.pk).values_list("pk", "kind"))
    told = {entry.facts["words"]["id"] for entry in story if "words" in entry.facts}
    if set(said) != told or "report" not in said.values():
        yield f"{case.number}: entries tell of the words {told}, kept are {said}"
    promises = of_subject(f"case:{case.pk}")
    if not any(one.state == "running" for one in promises):
        yield f"{case.number} ({case.state}): nothing is promised"


def _subjects_without_row(rows: dict[UUID, Any]) -> set[str]:
    from gongzhi.ledger.models import Entry

    told = Entry.objects.filter(subject__startswith="case:").values_list("subject", flat=True)
    return set(told) - {f"case:{one}" for one in rows}


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "found":
        print(json.dumps(found()))
    else:
        print(json.dumps(list(judge(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))))))
