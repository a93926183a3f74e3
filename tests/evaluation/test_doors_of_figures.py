"""Every figure is the length of the list that it opens, whoever reads it."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.cast import City

FIGURE = re.compile(
    r'<a href="(/(?:cases/|promises)\?[^"]*)"[^>]*>(?:<strong>)?(\d+)(?:</strong>|</a>)'
)
NEXT = re.compile(r'<a class="button" href="([^"]+)" rel="next">')
LINE = re.compile(r'class="cell-matter"|<li class="state-[a-z]+">\s*<span class="mark"')


def client_of(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    return client


def page(client: Client, address: str) -> str:
    answer: Any = client.get(html.unescape(address))
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def length(client: Client, address: str) -> int:
    """Return how many lines a list has on all its pages."""
    lines = 0
    while address:
        shown = page(client, address)
        lines += len(LINE.findall(shown.partition("</h1>")[2]))
        following = NEXT.search(shown)
        address = following[1] if following else ""
    return lines


def check(client: Client, address: str, *, at_least: int) -> dict[str, int]:
    """Open every figure of a page and compare; return the figures by address."""
    figures = {door: int(count) for door, count in FIGURE.findall(page(client, address))}
    assert len(figures) >= at_least, address
    assert {door: length(client, door) for door in figures} == figures
    return figures


READERS = ["", "rita", "opal", "henry", "colin", "lea"]


def test_every_figure_of_a_board_is_the_length_of_its_list_for_every_reader(lived: City) -> None:
    for area in ("all?kind=case.handle", "street.S1", "community.C22"):
        told = [check(client_of(login), f"/board/{area}", at_least=12) for login in READERS]

        assert all(one == told[0] for one in told), area


@pytest.mark.parametrize("login", ["lea", "hugo"])
def test_every_figure_of_the_watch_is_the_length_of_its_list(lived: City, login: str) -> None:
    for area in ("", "?area=street.S2", "?area=community.C11"):
        check(client_of(login), f"/watch{area}", at_least=8)


def test_a_watch_counts_more_than_the_public_board(lived: City) -> None:
    watch = page(client_of("lea"), "/watch")
    board = page(Client(), "/board/all")

    opened = re.compile(r'open=1"[^>]*>(?:<strong>)?(\d+)')
    assert max(map(int, opened.findall(watch))) > int(opened.findall(board)[0])
