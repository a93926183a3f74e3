"""What may stand in an address."""

from django.urls import register_converter


class Printed:
    """A printed number: any signs but the slash and control characters, at most 40."""

    regex = r"[^/\x00-\x1f\x7f]{1,40}"

    def to_python(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it stands."""
        return value


register_converter(Printed, "printed")
