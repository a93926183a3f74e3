"""The claim codes that a browser session has shown."""

from django.http import HttpRequest

MOST = 20  # codes remembered in one session

_KEY = "claims"


def remember(request: HttpRequest, number: str, code: str) -> None:
    """Remember the code of a case in this session; the oldest are forgotten."""
    kept = dict(request.session.get(_KEY, {}))
    kept.pop(number, None)
    kept[number] = tidy(code)
    request.session[_KEY] = dict(list(kept.items())[-MOST:])


def tidy(code: str) -> str:
    """Return a claim code as it is printed, however it was typed: ABCD-EFGH-JKMN."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def code_for(request: HttpRequest, number: str) -> str:
    """Return the code shown for a case; blank for none."""
    return str(request.session.get(_KEY, {}).get(number, ""))


def all_codes(request: HttpRequest) -> dict[str, str]:
    """Return every code shown in this session, by case number."""
    return dict(request.session.get(_KEY, {}))


def forget(request: HttpRequest, number: str) -> None:
    """Forget the code of a case in this session; nothing when there is none."""
    kept = dict(request.session.get(_KEY, {}))
    if kept.pop(number, None) is not None:
        request.session[_KEY] = kept
