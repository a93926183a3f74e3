"""The plate with a service code: a drawing that any printer takes."""

from html import escape

import segno

WIDTH, HEIGHT = 60, 78  # millimetres, of the usual enamel plate
_QUIET, _SIDE = 6, 48  # millimetres: the free edge and the square of the code
_LINE = 14  # letters of a name that fit on one line; Chinese ones are twice as wide


def plate(address: str, code: str, *, name: str, hint: str) -> str:
    """Return a plate as SVG: the square code, the code in letters, what stands here, what to do.

    The square survives a scratch over a quarter of it (error correction Q).

    Args:
        address: what the square code says.
        code: the service code.
        name: of what stands here.
        hint: what people are asked to do.
    """
    square = segno.make(address, error="q", micro=False)
    side = square.symbol_size(border=0)[0]
    scale = _SIDE / side
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(square.matrix)
        for x, dark in enumerate(row)
        if dark
    )
    middle, below = WIDTH / 2, _QUIET + _SIDE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}"><title>{escape(code)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="3" fill="#fff"/>'
        f'<path transform="translate({_QUIET} {_QUIET}) scale({scale:.5f})" d="{path}"/>'
        '<g font-family="sans-serif" text-anchor="middle" fill="#000">'
        f'<text x="{middle}" y="{below + 7}" font-size="5.5" font-weight="700"'
        f' letter-spacing=".8">{escape(code)}</text>'
        f'<text x="{middle}" y="{below + 13}" font-size="{_size(name):.2f}">{escape(name)}</text>'
        f'<text x="{middle}" y="{below + 19}" font-size="3.4">{escape(hint)}</text>'
        "</g></svg>\n"
    )


def _size(name: str) -> float:
    """Return the size of type at which a name fits on its line, in millimetres."""
    letters = sum(0.5 if sign.isascii() else 1.0 for sign in name)
    return min(4.0, 4.0 * _LINE / max(letters, 1.0))
