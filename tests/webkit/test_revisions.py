"""Remembering: a value is loaded once a revision, and never survives a change."""

import contextlib

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gongzhi.webkit import revisions


class _UndoneError(Exception):
    pass


@pytest.mark.django_db
def test_a_value_is_loaded_again_only_after_a_bump() -> None:
    loads: list[int] = []
    remembered = revisions.Remembered("thing", lambda: loads.append(1) or len(loads))

    before = [remembered.get(), remembered.get()]
    revisions.bump("thing")
    after = remembered.get()

    assert before == [1, 1]
    assert after == 2


@pytest.mark.django_db
def test_what_a_rolled_back_change_showed_is_not_remembered_for_the_next_change() -> None:
    state = {"value": "old"}
    remembered = revisions.Remembered("thing", lambda: state["value"])
    state["value"] = "undone"
    with contextlib.suppress(_UndoneError), transaction.atomic():
        revisions.bump("thing")
        remembered.get()
        raise _UndoneError

    state["value"] = "new"
    revisions.bump("thing")

    assert remembered.get() == "new"


@pytest.mark.django_db
def test_a_warm_value_costs_one_statement() -> None:
    remembered = revisions.Remembered("thing", lambda: 1)
    remembered.get()

    with CaptureQueriesContext(connection) as statements:
        remembered.get()

    assert len(statements) == 1
