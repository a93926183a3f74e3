"""Names and telephone numbers shown so that one knows whom to ask for, and no more."""

_HEAD, _TAIL = 3, 4
_SHORT = 7  # digits; a shorter number keeps its last two alone


def masked_phone(phone: str) -> str:
    """Return a telephone number with its middle hidden: 138****5678.

    Signs other than digits are dropped, but for a leading plus.
    """
    plus = "+" if phone.strip().startswith("+") else ""
    digits = "".join(sign for sign in phone if sign.isdecimal())
    if not digits:
        return ""
    if len(digits) <= _SHORT:
        return f"{plus}{'*' * max(len(digits) - 2, 0)}{digits[-2:]}"
    hidden = "*" * (len(digits) - _HEAD - _TAIL)
    return f"{plus}{digits[:_HEAD]}{hidden}{digits[-_TAIL:]}"


def masked_name(name: str) -> str:
    """Return a name with all but its first sign hidden: 王**; of several words, initials."""
    words = name.split()
    if len(words) > 1:
        return " ".join(f"{word[0]}." for word in words)
    whole = "".join(words)
    return whole[:1] + "*" * max(len(whole) - 1, 0)
