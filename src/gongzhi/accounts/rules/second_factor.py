"""The second factor: codes that change every half minute, recovery codes, sealed secrets.

Source: RFC 6238 (TOTP) with its defaults: SHA-1, six digits, thirty seconds.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gongzhi.kernel.hashing import salted_hash
from gongzhi.kernel.refusals import Conflict, NotPermitted

STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps by which the clock of a telephone may be off
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike
_HALF = 5  # signs before and after the dash of a recovery code
ISSUER = "Gongzhi"


class SecondFactorThere(Conflict):
    """The account has a second factor already."""

    code = "accounts.second_factor_there"


class NoSecondFactor(Conflict):
    """The account has no second factor."""

    code = "accounts.no_second_factor"


class SecondFactorNeeded(NotPermitted):
    """The role works with a second factor only."""

    code = "accounts.second_factor_needed"


class CodeRefused(NotPermitted):
    """The code does not fit, or was used already."""

    code = "accounts.code_refused"


class CodesLocked(NotPermitted):
    """Too many wrong codes; the account rests."""

    code = "accounts.codes_locked"


class PasswordRefused(NotPermitted):
    """The password given for a grave deed is not the person's."""

    code = "accounts.password_refused"


class HalfWayLost(NotPermitted):
    """The password was shown too long ago, or not at all."""

    code = "accounts.half_way_lost"


def new_secret() -> str:
    """Return a fresh secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, *, login: str) -> str:
    """Return the `otpauth:` address that an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(at: datetime) -> int:
    """Return the number of the half minute of a moment."""
    return int(at.timestamp()) // STEP_SECONDS


def fitting_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """Return the half minute whose code was given; None when none fits.

    Args:
        secret: in base 32.
        code: as typed; blanks do not count.
        at: now; an aware datetime.
        after: the last half minute whose code was used: it and those before fit no more.
    """
    given = "".join(code.split())
    clock = pyotp.TOTP(secret)
    now = step_of(at)
    fitting = [
        now + off
        for off in DRIFT
        if hmac.compare_digest(clock.generate_otp(now + off).encode(), given.encode())
    ]
    return next((step for step in fitting if step > after), None)


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten codes of about 49 bits each, for the day the telephone is lost."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _sign in range(_HALF)) for _half in (1, 2))
        for _code in range(RECOVERY_CODES)
    )


def recovery_digest(code: str, *, person_id: int, key: str) -> str:
    """Return by what a recovery code is known, without the code itself.

    Args:
        code: as typed; blanks, dashes and the size of letters do not count.
        person_id: whose.
        key: the signing key of the city.
    """
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hash(f"{person_id}:{plain}", salt=f"recovery {key}")


def _lock(key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"gongzhi second factor").derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))


def sealed(secret: str, *, key: str) -> str:
    """Return a secret as it may lie in the database: encrypted under the city's signing key."""
    return _lock(key).encrypt(secret.encode()).decode()


def unsealed(token: str, *, key: str, older_keys: Sequence[str] = ()) -> str | None:
    """Return the secret again; None when no key opens it (the signing key was changed)."""
    for one in (key, *older_keys):
        try:
            return _lock(one).decrypt(token.encode()).decode()
        except InvalidToken:
            continue
    return None
