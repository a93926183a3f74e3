"""What a map shows of one case when its mark is tapped."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of

from ..queries.around import case_line
from . import claims
from .lists import row_of


@never_cache
@require_safe
def card(request: HttpRequest, number: str) -> HttpResponse:
    """GET — state, matter, place, party and clock of one case, to stand beside a map."""
    at = timezone.now()
    line = case_line(
        number, viewer=actor_of(request), at=at, claim_code=claims.code_for(request, number)
    )
    return render(request, "cases/parts/card.html", {"at": at, "row": row_of(line, at=at)})
