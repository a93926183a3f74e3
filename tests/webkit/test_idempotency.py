"""Deeds sent twice under one key: done once, answered alike."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from gongzhi.kernel.refusals import Conflict
from gongzhi.webkit.idempotency import (
    Answer,
    KeyUnreadable,
    KeyUsedOtherwise,
    answered,
    forget_answers,
    once,
)

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
KEY = "b7a1c0de-0000-4000-8000-000000000001"


class Deed:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Answer:
        self.times += 1
        return Answer(200, f'{{"times": {self.times}}}')


def ask(deed: object, key: str = KEY, owner: str = "person:1", request: str = "a") -> Answer:
    return once(key, owner=owner, request=request, at=NOON, deed=deed)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_same_key_again_gets_the_first_answer_and_does_nothing() -> None:
    deed = Deed()

    first, second = ask(deed), ask(deed)

    assert deed.times == 1
    assert second.body == first.body
    assert (first.is_replayed, second.is_replayed) == (False, True)


@pytest.mark.django_db
def test_the_same_key_with_another_request_is_refused() -> None:
    deed = Deed()
    ask(deed)

    with pytest.raises(KeyUsedOtherwise):
        ask(deed, request="b")

    assert deed.times == 1


@pytest.mark.django_db
def test_the_key_of_somebody_else_is_another_key() -> None:
    deed = Deed()
    ask(deed)

    ask(deed, owner="person:2")

    assert deed.times == 2


@pytest.mark.django_db
def test_a_refused_deed_keeps_no_answer_and_is_judged_again() -> None:
    def refused() -> Answer:
        raise Conflict

    with pytest.raises(Conflict):
        ask(refused)

    assert answered(KEY, owner="person:1", request="a") is None
    assert ask(Deed()).body == '{"times": 1}'


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["short", "x" * 101, "with blank in", "schlüssel-1"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(KeyUnreadable):
        ask(Deed(), key=key)


@pytest.mark.django_db
def test_answers_are_forgotten_after_the_set_days(settings: object) -> None:
    settings.KEPT_ANSWER_DAYS = 7  # type: ignore[attr-defined]
    deed = Deed()
    ask(deed)

    early = forget_answers(NOON + timedelta(days=7))
    late = forget_answers(NOON + timedelta(days=7, seconds=1))

    assert (early, late) == (0, 1)
    assert ask(deed).body == '{"times": 2}'


@pytest.mark.django_db(transaction=True)
def test_a_try_that_comes_while_the_first_is_under_way_waits_for_its_answer() -> None:
    begun, go_on = threading.Event(), threading.Event()
    heard: list[Answer] = []
    second = Deed()

    def slow() -> Answer:
        begun.set()
        go_on.wait(5)
        return Answer(200, '"first"')

    def in_thread(deed: object) -> None:
        try:
            heard.append(ask(deed))
        finally:
            connection.close()

    threads = [threading.Thread(target=in_thread, args=[one]) for one in (slow, second)]
    threads[0].start()
    assert begun.wait(5)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join(5)

    assert second.times == 0
    assert [one.body for one in heard] == ['"first"', '"first"']
