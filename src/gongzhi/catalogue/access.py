"""Fetching installed versions, for reading and for change."""

from .models import PackVersion, Standard
from .rules import Book, NoPackInstalled, PackContent, VersionUnknown, book_of


def active_version() -> PackVersion:
    """Return the version in force.  One statement.

    Raises:
        NoPackInstalled: there is none.
    """
    row = PackVersion.objects.filter(is_active=True).first()
    if row is None:
        raise NoPackInstalled()
    return row


def version(version_id: int) -> PackVersion:
    """Return one installed version.  One statement.

    Raises:
        VersionUnknown: there is none of this number.
    """
    row = PackVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise VersionUnknown(version=version_id)
    return row


def book_from(row: PackVersion) -> Book:
    """Return the book of a version.  One statement."""
    standards = Standard.objects.filter(version=row).values_list("category_code", "row", "pk")
    ids = {(category, name): pk for category, name, pk in standards}
    content = PackContent.from_json(row.content)
    return book_of(content, version_id=row.pk, standard_ids=ids)


def lock_versions() -> list[PackVersion]:
    """Return all versions, locked until the transaction ends, so that installers take turns."""
    return list(PackVersion.objects.select_for_update().defer("content").order_by("pk"))
