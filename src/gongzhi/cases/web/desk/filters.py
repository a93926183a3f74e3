"""Saved lists of the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.accounts.session import actor_of
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from ...actions.filters import drop_filter, keep_filter
from .guard import at_the_desk, back_of


@require_POST
@at_the_desk
def keep(request: HttpRequest) -> HttpResponse:
    """POST — keep the list that stands in `back` under a name."""
    query = back_of(request.POST)
    try:
        keep_filter(
            request.POST.get("name", ""),
            query,
            is_shared=request.POST.get("shared") == "1",
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, sentence(refusal))
    else:
        messages.success(request, _("The list is saved and stands above the queues."))
    return HttpResponseRedirect(f"{reverse('desk')}?{query}")


@require_POST
@at_the_desk
def drop(request: HttpRequest, filter_id: int) -> HttpResponse:
    """POST — delete a saved list of one's own."""
    drop_filter(filter_id, by=actor_of(request), at=timezone.now())
    messages.success(request, _("The saved list is deleted."))
    return HttpResponseRedirect(f"{reverse('desk')}?{back_of(request.POST)}")
