"""What people read about files and photographs."""

import datetime
from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext_lazy as _

from .rules import Flag

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
        " size, at most %(millions)s million pixels."
    ),
    "evidence.cannot_store": _(
        "The file “%(name)s” could not be stored: the server has no room for it or may not"
        " write. Nothing was kept. Keep the file and send it again later; whoever runs the"
        " server finds the cause in its log."
    ),
    "evidence.no_such_file": _("There is no such file."),
    "evidence.no_preview": _(
        "This file is kept as it was brought, and cannot be shown as a picture here. Whoever"
        " works on the matter can download it."
    ),
    "evidence.bad_boxes": _(
        "The parts to be blacked out do not fit. Draw between 1 and %(most)s boxes inside the"
        " picture."
    ),
    "evidence.not_yours": _(
        "Your post may not black out parts of pictures or show them again. Ask the desk."
    ),
    "evidence.not_blacked_out": _("Nothing of this picture is blacked out."),
    "evidence.no_such_upload": _(
        "Nothing is known of this upload any more. Send the file again from its beginning."
    ),
    "evidence.upload_id_taken": _(
        "Another file was announced under this number. Send the file again under a new one."
    ),
    "evidence.upload_elsewhere": _("The file has arrived up to byte %(offset)s. Go on from there."),
    "evidence.upload_too_long": _(
        "More was sent than the %(size)s bytes that were announced. Send the file again from its"
        " beginning."
    ),
    "evidence.piece_too_large": _(
        "A piece may have at most %(kilobytes)s kB. Send the file in smaller pieces."
    ),
    "evidence.bad_offset": _(
        "It is not said where the piece belongs. Give the header Upload-Offset: the number of"
        " bytes sent before."
    ),
    "evidence.upload_incomplete": _(
        "The file “%(name)s” has not arrived whole (%(offset)s of %(size)s bytes). Send the rest"
        " first."
    ),
    "evidence.upload_altered": _("The file “%(name)s” was altered on its way. Send it again."),
    "evidence.too_many_uploads": _(
        "From here %(most)s files have been sent within a day; that is as many as are taken."
        " Report without photographs now, or send them tomorrow."
    ),
}

KINDS = {
    "evidence.kept": _("File kept as proof"),
    "evidence.blacked_out": _("Parts of a picture blacked out"),
    "evidence.looked_over": _("Suggestions for blacking out looked over"),
    "evidence.shown_again": _("Parts of a picture shown again"),
}

PURPOSES = {
    "before": _("Before"),
    "after": _("After"),
    "verify": _("Verification"),
    "check": _("Check"),
    "document": _("Document"),
}

# What a part of a picture looks like.
LIKENESSES = {"face": _("perhaps a face"), "plate": _("perhaps a number plate")}
BOTH_LIKENESSES = _("perhaps a face and a number plate")

TROUBLES = {
    "missing": _("missing"),
    "altered": _("altered"),
    "unreadable": _("unreadable"),
}

# For whoever checks; each fact is already a word or number that people read.
FLAGS = {
    "used_elsewhere": _("The photo “%(purpose)s” is the same file as a photo of case %(case)s."),
    "like_elsewhere": _("The photo “%(purpose)s” looks the same as a photo of case %(case)s."),
    "repeated": _(
        "The photo “%(purpose)s” is the same file as the photo “%(other_purpose)s” of this case."
    ),
    "alike": _(
        "The photo “%(purpose)s” looks the same as the photo “%(other_purpose)s” of this case."
    ),
    "taken_earlier": _(
        "The photo “%(purpose)s” says that it was taken at %(taken_at)s, before the report at"
        " %(reported_at)s."
    ),
    "taken_later": _(
        "The photo “%(purpose)s” says that it was taken at %(taken_at)s, after it was brought at"
        " %(brought_at)s."
    ),
    "taken_elsewhere": _(
        "The photo “%(purpose)s” says that it was taken %(metres)s metres from the place of this"
        " case."
    ),
}
SEVERAL_CASES = _("%(case)s and %(others)s more")


def likeness_told(likenesses: Collection[str]) -> str:
    """Return what a photograph may show that is to be blacked out; blank for nothing."""
    if len(likenesses) > 1:
        return str(BOTH_LIKENESSES)
    return "".join(str(LIKENESSES[one]) for one in likenesses)


def explain(
    flag: Flag,
    *,
    case_names: Mapping[str, str],
    moment: Callable[[datetime.datetime], str],
) -> str:
    """Return a flag as a sentence in the reader's language.

    Args:
        flag: of `queries.flags_of`.
        case_names: printed numbers of subjects; a subject that is missing is told as “…”.
        moment: how times are written for the reader.
    """
    facts: dict[str, object] = dict(flag.facts)
    facts["purpose"] = PURPOSES.get(flag.purpose, flag.purpose)
    facts["other_purpose"] = PURPOSES.get(str(facts.get("other_purpose", "")), "")
    for name in ("taken_at", "reported_at", "brought_at"):
        if name in facts:
            facts[name] = moment(datetime.datetime.fromisoformat(str(facts[name])))
    facts["case"] = _case(facts, case_names)
    return str(FLAGS[flag.code]) % facts


def _case(facts: Mapping[str, object], case_names: Mapping[str, str]) -> str:
    name = case_names.get(str(facts.get("subject", "")), "…")
    others = int(str(facts.get("subjects", 1))) - 1
    return str(SEVERAL_CASES) % {"case": name, "others": others} if others > 0 else name
