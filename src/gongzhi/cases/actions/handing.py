"""Handing a case to a party: its promises, and choosing who looks at it."""

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PostView
from gongzhi.catalogue.rules import HANDLE
from gongzhi.kernel.worktime import Limit

from ..access import find_looker
from ..models import Case
from ..rules import NobodyToAsk, StandardMissing
from .deeds import Deed, desk_of, promise, rises_at


def handling_limit(deed: Deed) -> Limit:
    """Return the limit of the case's standard for handling.

    Raises:
        StandardMissing: the category has no row, so nothing can be promised.
    """
    standard = deed.standard
    limit = standard.limit() if standard else None
    if limit is None:
        raise StandardMissing(category=deed.case.category_code)
    return limit


def promise_handling(deed: Deed) -> None:
    """Let the answerable party promise every stage of the standard, from now."""
    case = deed.case
    limit = handling_limit(deed)
    owner = case.organisation_id
    if owner is None:
        raise StandardMissing(category=case.category_code)
    standard = deed.standard
    for staged in standard.limits if standard else ():
        if staged.stage not in {HANDLE, "dispatch"}:
            promise(deed, staged.stage, staged.limit, organisation_id=owner, is_main=False)
    due_at = promise(deed, HANDLE, limit, organisation_id=owner, post_id=case.handler_post_id)
    case.dispatched_at = case.dispatched_at or deed.at
    case.raise_at = rises_at(deed, due_at)


def promise_dispatch(deed: Deed) -> None:
    """Let the desk promise to dispatch: by the standard's own stage, or the pack's limit."""
    book, standard = deed.book, deed.standard
    limit = standard.limit("dispatch") if standard else None
    promise(
        deed,
        "dispatch",
        limit or book.options.dispatch_limit,
        organisation_id=desk_of(book),
    )


def looker(case: Case, post_id: int | None = None) -> PostView:
    """Return the post that shall look: as named, or the nearest.

    Raises:
        NobodyToAsk: no such post, or none covers the place.
    """
    post = accounts.posts([post_id]).get(post_id) if post_id else find_looker(case)
    if post is None:
        raise NobodyToAsk(number=case.number)
    return post


def promise_check(deed: Deed, post: PostView) -> None:
    """Let a collector or steward promise to check the work."""
    deed.case.checker_post_id = post.id
    promise(
        deed,
        "check",
        deed.book.options.check_limit,
        organisation_id=post.organisation_id,
        post_id=post.id,
    )
