"""Where a reader is and where to go from here: the help of a page, and all of it at once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

# The help of a page, by the name of its address; a name begins with what stands here.
HELP = {
    "report": "report",
    "claim": "mine",
    "mine": "mine",
    "cases": "cases",
    "case": "case",
    "step": "case",
    "whose": "whose",
    "inbox": "inbox",
    "field": "field",
    "patrol": "field",
    "desk": "desk",
    "watch": "watch",
    "board": "board",
    "notices": "notices",
    "account": "account",
    "admin": "admin",
}
TOPICS = tuple(dict.fromkeys(HELP.values()))


def help_here(request: HttpRequest) -> dict[str, Any]:
    """Return the template with the help of the page that is asked for, for every template."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    words = name.replace("_", "-").split("-")
    topic = next((HELP[word] for word in (name, words[0]) if word in HELP), "")
    return {"help_here": f"help/{topic}.html" if topic else ""}


@require_safe
def help_of_all(request: HttpRequest) -> HttpResponse:
    """GET /help — the help of every page under one another."""
    topics = [(topic, f"help/{topic}.html") for topic in TOPICS]
    return render(request, "help.html", {"topics": topics})


urlpatterns = [path("help", help_of_all, name="help")]
