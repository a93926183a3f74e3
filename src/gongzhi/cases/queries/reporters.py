"""Whose report a case is."""

from gongzhi.accounts.rules import Actor

from ..models import Case


def has_reported(viewer: Actor, number: str) -> bool:
    """Return whether `viewer` reported the case of this number by account.  One statement."""
    if viewer.person_id is None:
        return False
    return Case.objects.filter(number=number, reporter_id=viewer.person_id).exists()
