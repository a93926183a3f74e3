"""What people read when a file given to the administration cannot be used."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.accounts.words import ROLES

REFUSALS: Mapping[str, Promise] = {
    "admin.page_of_others": _(
        "This page is for: %(keepers)s. You are here as: %(role)s. Ask one of them, or choose"
        " another of your posts at the top."
    ),
    "admin.file_missing": _("No file was chosen. Choose one and press again."),
    "admin.file_kind": _("%(name)s is no file of this kind. Give one of: %(known)s."),
    "admin.file_too_large": _(
        "%(name)s has %(megabytes)s MB; at most %(most)s MB are taken. Divide the file, or import"
        " it on the server by the command line."
    ),
    "admin.file_gone": _(
        "The file you had given is no longer kept here. Choose it again and have it checked."
    ),
    "admin.archive_unfit": _(
        "%(name)s cannot be opened as a pack: it must be a ZIP file with pack.toml and its tables,"
        " nothing else, and at most %(most)s MB when unpacked."
    ),
}
FACTS: Mapping[str, Mapping[str, Promise]] = {
    "role": {role.value: label for role, label in ROLES.items()},
}
