"""Two first reports of a day at the same moment: both get a number, and not the same one."""

import threading

import pytest
from django.db import connection, transaction

from gongzhi.cases.actions.arrival import next_in_run


@pytest.mark.django_db(transaction=True)
def test_two_first_numbers_of_a_prefix_at_once_are_two_numbers() -> None:
    numbers: list[int] = []
    tries = threading.Event()

    def second() -> None:
        tries.set()
        with transaction.atomic():
            numbers.append(next_in_run("20260310"))
        connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        numbers.append(next_in_run("20260310"))
        thread.start()
        assert tries.wait(5)
        thread.join(0.5)  # it must wait for our row, or for our turn
        assert numbers == [1]
    thread.join(20)

    assert sorted(numbers) == [1, 2]
