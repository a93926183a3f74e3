"""What people read about files and photographs."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "evidence.unknown_purpose": _(
        "“%(purpose)s” does not say what a file shows. Choose one of: %(known)s."
    ),
    "evidence.empty_file": _("The file “%(name)s” is empty. Choose or take it again."),
    "evidence.too_large": _(
        "The file “%(name)s” is larger than %(megabytes)s MB. Send a smaller one: most phones"
        " can reduce a photo when sharing it."
    ),
    "evidence.wrong_type": _(
        "The file “%(name)s” is of a kind that cannot be kept here. Send one of: %(allowed)s."
    ),
    "evidence.broken_file": _(
        "The file “%(name)s” is damaged or incomplete. Take it again, or send it again from"
        " where you have it whole."
    ),
    "evidence.too_many_pixels": _(
        "The picture “%(name)s” has too many pixels to be opened safely. Send it at a smaller"
        " size, at most 89 million pixels."
    ),
    "evidence.cannot_store": _(
        "The file “%(name)s” could not be stored: the server has no room for it or may not"
        " write. Nothing was kept. Keep the file and send it again later; whoever runs the"
        " server finds the cause in its log."
    ),
    "evidence.no_such_file": _("There is no such file."),
}

KINDS = {"evidence.kept": _("File kept as proof")}

PURPOSES = {
    "before": _("Before"),
    "after": _("After"),
    "verify": _("Verification"),
    "check": _("Check"),
    "document": _("Document"),
}

TROUBLES = {
    "missing": _("missing"),
    "altered": _("altered"),
    "unreadable": _("unreadable"),
}
