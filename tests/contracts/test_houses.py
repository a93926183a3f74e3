"""The borders: every house stands under every contract of import-linter."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
CONTRACTS = {one["name"]: one for one in LINTER["contracts"]}
HOUSES = sorted(path.parent.name for path in ROOT.glob("src/gongzhi/*/__init__.py"))
# These have no rooms: foundations without the trade, and the wiring on top.
WITHOUT_ROOMS = {"kernel", "webkit", "site"}


def test_there_are_houses_to_look_at() -> None:
    assert {"cases", "ledger", "kernel"} <= set(HOUSES)


@pytest.mark.parametrize("house", HOUSES)
def test_a_house_has_its_place_in_the_street(house: str) -> None:
    street = CONTRACTS["Houses point one way"]

    assert house in street["layers"]
    assert street["exhaustive"] is True


@pytest.mark.parametrize("house", [one for one in HOUSES if one not in WITHOUT_ROOMS])
def test_the_rooms_of_a_house_are_under_contract(house: str) -> None:
    rooms = CONTRACTS["Rooms inside a house point one way"]

    assert f"gongzhi.{house}" in rooms["containers"]
    assert rooms["exhaustive"] is True


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("src/gongzhi/*/models.py")), ids=lambda p: p.parent.name
)
def test_a_house_with_tables_keeps_them_private(path: Path) -> None:
    house = path.parent.name
    if house in WITHOUT_ROOMS:
        pytest.skip("webkit has no private tables: its revisions stand behind functions")

    contract = CONTRACTS[f"Tables of {house} are private to {house}"]

    assert contract["protected_modules"] == [f"gongzhi.{house}.models"]
    assert contract["allowed_importers"] == [f"gongzhi.{house}"]


def test_only_houses_of_the_street_are_installed(settings: object) -> None:
    installed = {house.rpartition(".")[2] for house in settings.HOUSES}  # type: ignore[attr-defined]

    assert installed | {"kernel"} == set(HOUSES)


def test_there_is_no_room_for_leftovers() -> None:
    names = {path.name for path in ROOT.glob("src/gongzhi/**/*.py")}

    assert not names & {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py"}
