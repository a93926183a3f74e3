"""The demonstration lives: through the real actions, by the right people, the same every time."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from django.db import transaction
from django.test import override_settings
from django.utils import translation
from PIL import Image
from pytest_django import DjangoDbBlocker
from tests.ground import Ground

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.actions import sign_in_with_password
from gongzhi.cases import queries as cases
from gongzhi.cases.models import Case
from gongzhi.cases.rules import State
from gongzhi.commitments import queries as commitments
from gongzhi.demo import actions, queries, words
from gongzhi.demo.actions import Lived
from gongzhi.demo.actions.life import case_id_of
from gongzhi.demo.commands import demo, sign_ins
from gongzhi.demo.rules.city import City, make_city
from gongzhi.demo.rules.history import History, write_history
from gongzhi.demo.rules.people import SIGN_INS
from gongzhi.demo.rules.pictures import SCENES, Fake, Taken, picture, scene_of
from gongzhi.demo.rules.running import (
    PASSWORD,
    AnotherCity,
    EndInFuture,
    Wish,
)
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.rules import Doubt, are_near, exif_claims, fingerprint
from gongzhi.ledger import queries as ledger

UNTIL = datetime(2026, 7, 15, 4, 0, tzinfo=UTC)
WISH = Wish("tiny", 3, UNTIL)
COLUMNS = (
    "id", "number", "source", "claim_hash", "category_code", "state", "level", "quadkey",
    "reported_at", "filed_at", "dispatched_at", "accepted_at", "handled_at", "checked_at",
    "ended_at", "due_at", "raise_at", "reworks", "returns", "extensions", "urges",
    "reopenings", "level_rises", "supporters", "satisfaction", "merged_into_id",
    "recurrence_of_id", "version",
)  # fmt: skip


class Cut(Exception):  # noqa: N818 - somebody presses Ctrl-C
    """The run is interrupted."""


@cache
def script() -> tuple[City, History]:
    """Return the city and its history, made once."""
    city = make_city(WISH.size, WISH.seed)
    return city, write_history(city, until=UNTIL)


def live(show: actions.Show = actions.silently) -> Lived:
    city, history = script()
    actions.found_city(city, WISH, password=PASSWORD)
    return actions.live_history(city, history, WISH, show=show)


def rows() -> list[tuple[Any, ...]]:
    return list(Case.objects.order_by("id").values_list(*COLUMNS))


@contextmanager
def cut_after_200(stage: str, length: int) -> Iterator[Callable[[int], object]]:
    done = 0

    def step(steps: int) -> None:
        nonlocal done
        done += steps
        if done >= 200:
            raise Cut

    yield step


def _around_all() -> transaction.Atomic:
    """Return a transaction like the one around each test: sealing does not take it for a deed."""
    around = transaction.atomic()
    around._from_testcase = True
    return around


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    ground: Ground,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lived]:
    """Live the tiny history once for all tests of this module; it is rolled back after them."""
    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock():
        ground.clear()
    with django_db_blocker.unblock(), _around_all(), override_settings(MEDIA_ROOT=folder):
        yield live()
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db


def test_the_rules_refuse_nothing_that_the_people_of_the_demonstration_do(lived: Lived) -> None:
    assert lived.refused == {}
    assert lived.left_out.keys() <= {"done_by_the_pack"}
    assert lived.deeds > 300


def test_every_report_becomes_a_case_and_the_states_are_counted(lived: Lived) -> None:
    states = Counter(Case.objects.values_list("state", flat=True))

    assert lived.states == states
    assert sum(states.values()) == len(script()[1].happenings)
    assert states[State.CLOSED] > len(script()[1].happenings) * 0.6


def test_the_ledger_tells_the_very_rows_and_is_sealed_to_the_end(lived: Lived) -> None:
    verdict = ledger.verify()

    assert list(cases.discrepancies()) == []
    assert verdict.is_clean
    assert verdict.unsealed == 0
    assert verdict.entries == lived.entries


def test_a_closed_case_has_its_photographs_before_and_after(lived: Lived) -> None:
    for case in Case.objects.filter(state=State.CLOSED.value):
        shown = evidence.purposes_of(f"case:{case.pk}")

        assert shown["before"] or shown["verify"], case.number
        assert shown["after"], case.number


def test_whoever_checks_is_not_of_the_party_that_handled(lived: Lived) -> None:
    checked = Case.objects.filter(checker_post_id__isnull=False, state=State.CLOSED.value)

    posts = accounts.posts(checked.values_list("checker_post_id", flat=True))

    assert len(posts) > 1
    for case in checked:
        assert posts[case.checker_post_id or 0].organisation_id != case.organisation_id


def test_most_promises_are_kept_and_some_are_broken(lived: Lived) -> None:
    rate = commitments.keeping_rate()

    assert rate.broken > 0
    assert rate.kept / rate.due > 0.85


def test_anonymous_reporters_hold_claims_and_residents_have_accounts(lived: Lived) -> None:
    hotline = Case.objects.filter(source="hotline")

    assert hotline.exists()
    assert not hotline.filter(claim_hash="").exists()
    assert Case.objects.filter(source="app", reporter_id__isnull=False).exists()


def test_every_listed_person_signs_in_and_has_their_role(lived: Lived) -> None:
    for one in SIGN_INS:
        person = sign_in_with_password(one.login, PASSWORD, at=UNTIL)

        assert accounts.actor_for(person.pk, at=UNTIL).has(one.role), one.login


def test_living_it_again_changes_nothing(lived: Lived) -> None:
    before = rows()

    again = live()

    assert again.deeds == 0
    assert again.states == lived.states
    assert rows() == before
    there = queries.begun()
    assert there is not None
    assert (there.wish, there.is_done) == (WISH, True)


def test_another_demonstration_is_refused_where_one_lives(lived: Lived) -> None:
    city, _ = script()

    with pytest.raises(AnotherCity) as refusal:
        actions.found_city(city, Wish("tiny", 4, UNTIL), password=PASSWORD)

    assert refusal.value.facts["seed"] == 3


def test_the_command_tells_what_is_there_already(lived: Lived) -> None:
    answer = CliRunner().invoke(demo, ["--size", "tiny", "--seed", "3", "--language", "en"])

    assert answer.exit_code == 0, answer.output
    assert "nothing was changed" in answer.output
    assert "dutyhead" in answer.output
    assert str(Case.objects.count()) in answer.output


def test_an_interrupted_run_goes_on_and_comes_to_the_same_rows(
    lived: Lived, settings: Any, tmp_path: Path
) -> None:
    uninterrupted = rows()
    # Everything is undone to a time before the city, then lived with an interruption.
    with _around_all():
        _forget_everything()
        with pytest.raises(Cut):
            live(show=cut_after_200)
        partly = Case.objects.count()

        live()

        assert 0 < partly < len(uninterrupted)
        assert rows() == uninterrupted
        transaction.set_rollback(True)


def _forget_everything() -> None:
    """Empty the tables, as no action of the houses ever would."""
    from django.apps import apps
    from django.db import connection

    from gongzhi.webkit import revisions

    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is left to be checked
            # Sealing's short patience outlives its transaction inside this one; a table may
            # be busy with the server's own housekeeping for longer.
            cursor.execute("SET LOCAL lock_timeout = 0")
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
    for name in ("parties", "places", "catalogue", "duties"):
        revisions.bump(name)


def test_a_history_ends_at_the_last_full_hour() -> None:
    now = datetime(2026, 7, 15, 4, 47, 3, tzinfo=UTC)

    assert queries.end_of_history(now=now) == datetime(2026, 7, 15, 4, tzinfo=UTC)


def test_a_history_does_not_end_in_the_future() -> None:
    with pytest.raises(EndInFuture):
        queries.end_of_history(now=UNTIL, wanted=UNTIL + timedelta(hours=1))


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_looks_otherwise_with_the_trouble_than_without(scene: str) -> None:
    for view in ("one", "two", "three"):
        shown = {p: picture(scene, p, view) for p in ("before", "verify", "after", "check")}
        pixels = {
            p: np.asarray(Image.open(BytesIO(jpeg)), dtype=np.int16) for p, jpeg in shown.items()
        }

        assert len(set(shown.values())) == 4
        assert max(map(len, shown.values())) < 24_000
        assert np.abs(pixels["before"] - pixels["after"]).mean() > 8
        assert picture(scene, "before", view) == shown["before"]


def test_no_two_photographs_look_the_same_by_chance() -> None:
    prints = [
        fingerprint(BytesIO(picture(scene, purpose, f"{scene}{view // 2}", turn=view % 2)))
        for scene in SCENES
        for purpose in ("before", "verify", "after", "check")
        for view in range(8)
    ]

    pairs = combinations(prints, 2)
    assert None not in prints
    assert not any(are_near(one, other) for one, other in pairs if one and other)


def test_a_photograph_says_when_and_where_it_was_taken() -> None:
    taken = Taken(UNTIL, -70.5, -33.25)

    claims = exif_claims(picture("hole", "after", "x", taken=taken))

    assert claims.taken_at == UNTIL
    assert claims.longitude == pytest.approx(-70.5, abs=1e-5)
    assert claims.latitude == pytest.approx(-33.25, abs=1e-5)


DOUBT_OF = {
    Fake.SAME_AS_BEFORE: Doubt.REPEATED,
    Fake.OF_ANOTHER_CASE: Doubt.USED_ELSEWHERE,
    Fake.TAKEN_BEFORE: Doubt.TAKEN_EARLIER,
    Fake.TAKEN_FAR_AWAY: Doubt.TAKEN_ELSEWHERE,
}


def test_faked_photographs_and_no_others_are_doubted(lived: Lived) -> None:
    faked = {
        case_id_of(one.report): Fake(deed.fake)
        for one in script()[1].happenings
        for deed in one.deeds
        if deed.fake
    }
    doubts = {
        case.pk: {
            flag.code
            for flag in evidence.proof_of(
                f"case:{case.pk}",
                longitude=case.longitude,
                latitude=case.latitude,
                reported_at=case.reported_at,
            ).flags
            if flag.purpose == "after"
        }
        for case in Case.objects.all()
    }

    copied = {key for key, codes in doubts.items() if codes == {Doubt.USED_ELSEWHERE}} - set(faked)
    told = {key for key, codes in doubts.items() if codes} - copied
    assert told <= set(faked)
    assert len(copied) <= sum(fake is Fake.OF_ANOTHER_CASE for fake in faked.values())
    assert all(DOUBT_OF[faked[key]] in doubts[key] for key in told)
    assert {faked[key] for key in told} == set(Fake)


def test_faked_work_waits_for_its_checker(lived: Lived) -> None:
    waiting = {
        str(pk) for pk in Case.objects.filter(state=State.CHECKING).values_list("pk", flat=True)
    }
    faked = {
        str(case_id_of(one.report))
        for one in script()[1].happenings
        if any(deed.fake for deed in one.deeds)
    }

    assert waiting & faked


def test_every_class_has_a_scene() -> None:
    assert {scene_of(code) for code in ("C0137", "C0102", "E0201", "E9999")} == {
        "lamp", "hole", "posters", "rubbish",
    }  # fmt: skip


def test_the_summary_has_words_for_every_state() -> None:
    assert words.STATES.keys() == {state.value for state in State}


def test_the_sign_ins_are_listed_in_chinese_and_english() -> None:
    chinese = CliRunner().invoke(sign_ins, ["--language", "zh-hans"])
    english = CliRunner().invoke(sign_ins, ["--language", "en"])
    translation.activate("zh-hans")

    assert "值班长" in chinese.output
    assert "closes cases" in english.output
