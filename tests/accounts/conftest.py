"""The cast of the accounts house: a small office, its posts, and who sits in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gongzhi.accounts import actions
from gongzhi.accounts.rules import SYSTEM

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
TODAY = date(2026, 3, 2)
PASSWORD = "lamps over the harbour"


@dataclass(frozen=True)
class Office:
    """A street office with a dispatcher's desk, and a city centre with three administrators."""

    wang: int  # the dispatcher, who is also a steward
    li: int  # a resident


def kinds() -> None:
    for code, roles, rank in [
        ("dispatcher", ["dispatcher"], 1),
        ("lane_steward", ["steward", "collector"], 5),
        ("sysadmin", ["system_admin"], 2),
        ("secadmin", ["security_admin"], 2),
        ("auditor", ["audit_admin"], 2),
    ]:
        actions.define_post_kind(
            code,
            name=code,
            name_en=code,
            roles=roles,
            level="street",
            rank=rank,
            by=SYSTEM,
            at=NOON,
        )


@pytest.fixture
def office(db: None) -> Office:
    kinds()
    actions.found_organisation("city", name="城市中心", kind="centre", by=SYSTEM, at=NOON)
    actions.found_organisation(
        "east",
        name="东街道",
        kind="street_office",
        parent_code="city",
        scope_path="0000100002",
        by=SYSTEM,
        at=NOON,
    )
    for code, kind, home, path in [
        ("east-desk", "dispatcher", "east", ""),
        ("lane-7", "lane_steward", "east", "000010000200009"),
        ("sys", "sysadmin", "city", ""),
        ("sec", "secadmin", "city", ""),
        ("aud", "auditor", "city", ""),
    ]:
        actions.create_post(
            code,
            kind_code=kind,
            organisation_code=home,
            name=code,
            scope_path=path,
            by=SYSTEM,
            at=NOON,
        )
    wang = actions.enrol_person(
        "wang", name="王芳", phone="13800000000", password=PASSWORD, by=SYSTEM, at=NOON
    )
    li = actions.enrol_person("li", name="Li", password=PASSWORD, language="en", by=SYSTEM, at=NOON)
    for post in ("east-desk", "lane-7"):
        actions.appoint(
            "wang",
            post_code=post,
            starts_on=date(2026, 1, 1),
            letter_number="L1",
            capacity="party member",
            by=SYSTEM,
            at=NOON,
        )
    return Office(wang.pk, li.pk)


@pytest.fixture
def _pages(settings: object, tmp_path: Path) -> None:
    """Stand a bare page in for the site's base template, which is not this house's."""
    here = str(Path(__file__).parent / "templates")
    template = dict(settings.TEMPLATES[0], DIRS=[here])  # type: ignore[attr-defined]
    settings.TEMPLATES = [template]  # type: ignore[attr-defined]
    settings.SESSION_COOKIE_SECURE = False  # type: ignore[attr-defined]
    static = tmp_path / "static"  # whitenoise looks for it
    static.mkdir()
    settings.STATIC_ROOT = static  # type: ignore[attr-defined]
