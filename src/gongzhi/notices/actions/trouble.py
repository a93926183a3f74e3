"""Why a message could not be handed over."""


class ChannelTrouble(Exception):  # noqa: N818 - not an error of the program
    """A message could not be handed over.

    Attributes:
        code: why, one of `words.ERRORS`.
        is_final: trying again is of no use.
        is_down: the channel itself does not work; other messages need not be tried now.
    """

    def __init__(self, code: str, *, is_final: bool = False, is_down: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_final, self.is_down = code, is_final, is_down
