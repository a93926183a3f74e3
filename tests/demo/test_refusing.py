"""A demonstration never mixes with a city that somebody keeps."""

from datetime import UTC, datetime

import pytest
from tests.cast import City

from gongzhi.accounts.rules import PasswordWeak
from gongzhi.cases.queries import count_cases
from gongzhi.demo import actions, queries
from gongzhi.demo.rules.city import make_city
from gongzhi.demo.rules.history import write_history
from gongzhi.demo.rules.running import PASSWORD, NotEmpty, Wish

WISH = Wish("tiny", 3, datetime(2026, 7, 15, 4, 0, tzinfo=UTC))


def test_a_city_that_is_no_demonstration_is_left_alone(city: City) -> None:
    made = make_city("tiny", 3)

    with pytest.raises(NotEmpty) as refusal:
        actions.found_city(made, WISH, password=PASSWORD)
    with pytest.raises(NotEmpty):
        actions.live_history(made, write_history(made, until=WISH.until), WISH)

    assert refusal.value.facts["organisations"] == len(city.organisations)
    assert queries.begun() is None
    assert count_cases() == 0


@pytest.mark.django_db
def test_a_weak_password_is_refused_before_anybody_is_enrolled() -> None:
    with pytest.raises(PasswordWeak):
        actions.found_city(make_city("tiny", 3), WISH, password="12345")
