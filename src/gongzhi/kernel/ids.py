"""Identifiers that sort by time (UUID version 7).

Source: RFC 9562, section 5.7.
"""

import os
import time
import uuid


def uuid7(*, at_ms: int | None = None, tail: bytes | None = None) -> uuid.UUID:
    """Return a UUID whose first 48 bits are a Unix time, so that new rows come last.

    Args:
        at_ms: milliseconds since 1970 UTC; the present when absent.
        tail: ten bytes of chance; from the operating system when absent.
    """
    moment = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    chance = int.from_bytes(tail or os.urandom(10), "big")
    number = (moment & (2**48 - 1)) << 80 | chance
    number = number & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62)
