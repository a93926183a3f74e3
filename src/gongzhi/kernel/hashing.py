"""One way to write facts as bytes, and fingerprints of bytes."""

import hashlib
import json


def canonical(facts: object) -> bytes:
    """Return `facts` as JSON with sorted keys and no spaces, in UTF-8.

    The same facts give the same bytes in every process, so they can be hashed.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(
        facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 lowercase hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def salted_hash(text: str, *, salt: str) -> str:
    """Return the fingerprint by which the ledger remembers words it does not hold.

    The salt lies beside the words and is erased with them; without it even a
    short text cannot be guessed from its fingerprint.
    """
    return sha256_hex(salt.encode() + b"\x00" + text.encode())
