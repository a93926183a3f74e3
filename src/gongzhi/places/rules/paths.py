"""Materialised paths: where an area stands in the tree, as a text that sorts."""

PATH_WIDTH = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAST_ALL = "z" * 80  # longer than the column, so greater than every path


def path_of(area_id: int, parent_path: str = "") -> str:
    """Return the path of an area: its parent's path and its own key, five characters wide.

    Only the digits 0-9 and a-z occur, and every step has the same width, so paths
    sort alike in every collation and a subtree is one range (`path_range`).

    Args:
        area_id: the primary key, 0 to 60,466,175.
        parent_path: the path of the parent; blank for a root.
    """
    if not 0 <= area_id < len(_DIGITS) ** PATH_WIDTH:
        raise ValueError(f"area_id {area_id} does not fit {PATH_WIDTH} digits of base 36")
    digits = []
    for _ in range(PATH_WIDTH):
        area_id, digit = divmod(area_id, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return parent_path + "".join(reversed(digits))


def path_range(prefix: str) -> tuple[str, str]:
    """Return `(low, high)`: the subtree of `prefix` is `path >= low and path < high`.

    A blank prefix is the whole city.
    """
    stem = prefix.rstrip("z")
    if not stem:
        return prefix, _PAST_ALL
    return prefix, stem[:-1] + _DIGITS[_DIGITS.index(stem[-1]) + 1]


def steps_of(path: str) -> tuple[int, ...]:
    """Return the primary keys of a path, the root first."""
    return tuple(
        int(path[start : start + PATH_WIDTH], 36) for start in range(0, len(path), PATH_WIDTH)
    )
