"""Every write of the house: installing a pack, and going back to an older version."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from gongzhi.accounts.actions import define_post_kind
from gongzhi.accounts.rules import Actor, Deed, check_may
from gongzhi.ledger.actions import record
from gongzhi.webkit import revisions

from . import access
from .models import PackVersion, Standard
from .rules import PackContent, PackMistaken, digest_of, load_pack

REVISION = "catalogue"


def install_pack(directory: Path | str, *, by: Actor, at: datetime) -> PackVersion:
    """Install a pack and put it in force; the versions before it stay as they are.

    All or nothing: a pack with a mistake changes nothing.  The content that is in
    force already changes nothing either; that of an older version puts the older
    version back in force.  Open cases keep the version they were filed under.

    Args:
        directory: holds `pack.toml` and its tables.
        by: who installs it.
        at: when.

    Raises:
        NotYours: the actor does not keep the chart of parties and posts.
        PackMistaken: the pack has mistakes, which the refusal lists.
    """
    check_may(Deed.KEEP_CHART, by=by)
    content, mistakes = load_pack(Path(directory))
    if mistakes:
        raise PackMistaken(Path(directory), mistakes)
    return _install(content, by=by, at=at)


@transaction.atomic
def activate_version(version_id: int, *, by: Actor, at: datetime) -> PackVersion:
    """Put an installed version back in force; nothing changes when it is.

    Raises:
        NotYours: the actor does not keep the chart of parties and posts.
        VersionUnknown: there is none of this number.
    """
    check_may(Deed.KEEP_CHART, by=by)
    before = _active(access.lock_versions())
    row = access.version(version_id)
    if not row.is_active:
        _put_in_force(row, PackContent.from_json(row.content), by=by, at=at)
        _record("catalogue.activated", row, before, by=by, at=at)
    return row


@transaction.atomic
def _install(content: PackContent, *, by: Actor, at: datetime) -> PackVersion:
    digest = digest_of(content)
    rows = access.lock_versions()
    same = [row for row in rows if row.pack_code == content.code and row.digest == digest]
    if same:
        return activate_version(same[0].pk, by=by, at=at)
    row = PackVersion.objects.create(
        pack_code=content.code,
        label=content.version,
        digest=digest,
        content=content.as_json(),
        installed_at=at,
    )
    Standard.objects.bulk_create(
        Standard(version=row, category_code=one.category_code, row=one.row)
        for one in content.standards
    )
    _put_in_force(row, content, by=by, at=at)
    _record("catalogue.installed", row, _active(rows), by=by, at=at)
    return row


def _put_in_force(row: PackVersion, content: PackContent, *, by: Actor, at: datetime) -> None:
    PackVersion.objects.filter(is_active=True).update(is_active=False)
    row.is_active = True
    row.save(update_fields=["is_active"])
    for kind in content.post_kinds:
        define_post_kind(
            kind.code,
            name=kind.name,
            name_en=kind.name_en,
            roles=kind.roles,
            level=kind.level,
            rank=kind.rank,
            by=by,
            at=at,
        )
    revisions.bump(REVISION)


def _active(rows: list[PackVersion]) -> int | None:
    return next((row.pk for row in rows if row.is_active), None)


def _record(kind: str, row: PackVersion, before: int | None, *, by: Actor, at: datetime) -> None:
    facts = {"pack": row.pack_code, "label": row.label, "digest": row.digest, "before": before}
    record(kind, subject=f"pack_version:{row.pk}", by=by, at=at, facts=facts)
