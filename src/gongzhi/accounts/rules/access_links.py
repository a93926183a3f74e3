"""Links by which a person chooses a password, and what a browser is called."""

from datetime import datetime, timedelta

from gongzhi.kernel.hashing import salted_hash
from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted

LINK_HOLDS = timedelta(hours=72)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MARK = 32  # signs of the fingerprint in a link: 128 bits


class LinkSpent(NotPermitted):
    """The link was used, has run out, or was never made."""

    code = "accounts.link_spent"


class SignUpClosed(NotPermitted):
    """People are enrolled by the administration only."""

    code = "accounts.sign_up_closed"


class SignUpTooOften(NotPermitted):
    """Too many accounts were asked for from one address."""

    code = "accounts.sign_up_too_often"


class LoginTaken(Conflict):
    """Somebody has this login."""

    code = "accounts.login_taken"


class PasswordsDiffer(Invalid):
    """The password typed a second time is another one."""

    code = "accounts.passwords_differ"


class OwnAccount(Conflict):
    """Nobody bars their own account."""

    code = "accounts.own_account"


class SessionUnknown(NotFound):
    """There is no such session of one's own; it may have ended meanwhile."""

    code = "accounts.session_unknown"


class PostClosed(Conflict):
    """The post is closed."""

    code = "accounts.post_closed"


def link_token(person_id: int, password_hash: str, *, until: datetime, key: str) -> str:
    """Return the token of a link; choosing a password changes the hash and so spends it.

    Args:
        person_id: whose.
        password_hash: as it is now.
        until: the last moment, to the second.
        key: the signing key of the city.
    """
    seconds = int(until.timestamp())
    mark = salted_hash(f"{person_id}:{password_hash}:{seconds}", salt=f"link {key}")
    return f"{_written(seconds)}-{mark[:_MARK]}"


def link_until(token: str) -> int | None:
    """Return the second until which a token says it holds; None when it says nothing."""
    written, dash, _mark = token.partition("-")
    if not dash or not written or len(written) > 8 or set(written) - set(_DIGITS):  # noqa: PLR2004 - 36**8 s
        return None
    return int(written, 36)


def _written(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return digits or "0"


# The first word that is found names the browser or the system: others pretend to be later ones.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("UCBrowser/", "UC"),
    ("QQBrowser/", "QQ"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return a browser as its owner knows it: `Firefox · Linux`; blank when nothing is known.

    Neither version nor device is kept: they are of no use to the owner.
    """
    found = [
        next((name for sign, name in table if sign in user_agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in found if name)
