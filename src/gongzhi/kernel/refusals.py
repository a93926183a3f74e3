"""Refusals: the word *no* as a value with a code, facts and one of four kinds.

A refusal is an answer, not an accident.  Its `code` is stable and documented in
`docs/reference/errors.md`; its `facts` fill the sentence of that code, which
stands in the `words` room of the house and is translated at the edge.
"""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is not an error of the program
    """An answer of *no*, with a reason a person can act on.

    Attributes:
        code: `house.word`, stable; the name of the sentence people read.
        status: the HTTP status of the kind.
        facts: named values of the sentence; plain numbers, strings or lists.
    """

    code: ClassVar[str] = "kernel.refused"
    status: ClassVar[int] = 400

    def __init__(self, **facts: object) -> None:
        self.facts: dict[str, object] = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({told})"


class Invalid(Refusal):
    """What was sent cannot be right, whoever sends it."""

    code = "kernel.invalid"
    status = 400


class NotPermitted(Refusal):
    """It can be done, but not by this actor."""

    code = "kernel.not_permitted"
    status = 403


class NotFound(Refusal):
    """There is no such thing, or none that this actor may know of."""

    code = "kernel.not_found"
    status = 404


class Conflict(Refusal):
    """It is possible in principle, but not in the present state."""

    code = "kernel.conflict"
    status = 409
