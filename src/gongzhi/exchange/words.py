"""What people read about files in and out: mistakes of a mapping, refused rows, columns."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .rules.refusals import Mistake

REFUSALS: Mapping[str, object] = {
    "exchange.mapping_mistaken": _(
        "The mapping does not fit the file %(file)s (mistakes: %(count)s), so no row was read. "
        "Correct the mapping and import again."
    ),
    "exchange.mapping_unreadable": _(
        "The mapping %(file)s cannot be read (%(error)s). Check its name and permissions, and "
        "save it as UTF-8."
    ),
    "exchange.too_many_organisations": _(
        "The column “%(column)s” would found more than %(most)s organisations. Check that it "
        "really holds the answerable party, or found them first and leave out "
        "create_organisations."
    ),
    "exchange.rejects_not_ours": _(
        "The refused rows cannot be written over the file being imported, %(file)s. Name another "
        "file."
    ),
    "exchange.broken_off": _(
        "Broken off at line %(line)s: %(reason)s The cases taken over before (%(count)s) stay; "
        "run the same command again to go on."
    ),
    "exchange.row": _("This row cannot be taken over. Check it and import it again."),
    "exchange.id_missing": _(
        "The column “%(column)s” is empty. Every row needs the id it has in its own system."
    ),
    "exchange.id_too_long": _(
        "The id in the column “%(column)s” has %(length)s characters. Give at most %(most)s."
    ),
    "exchange.category_missing": _(
        "The category is missing: %(column)s is empty. Fill it in, or give the mapping a default "
        "category."
    ),
    "exchange.category_not_known": _(
        "“%(value)s” in the column “%(column)s” is no category of the pack in force. Add it to "
        "category.values in the mapping, or as an alias to the pack."
    ),
    "exchange.category_is_group": _(
        "“%(value)s” in the column “%(column)s” is only a heading of the pack (%(category)s). Name "
        "one of the categories below it."
    ),
    "exchange.time_missing": _(
        "The time in the column “%(column)s” is missing. Every case needs the time it was reported."
    ),
    "exchange.time_unreadable": _(
        "“%(value)s” in the column “%(column)s” is no time that this mapping can read "
        "(%(formats)s). Correct it, or add its format to times.formats."
    ),
    "exchange.time_in_future": _(
        "The time in the column “%(column)s” lies in the future (%(value)s), but it has to have "
        "happened. Correct it, or check times.zone."
    ),
    "exchange.time_too_old": _(
        "The time in the column “%(column)s” lies before 1970 (%(value)s). Correct it, or empty "
        "the field if it is not known."
    ),
    "exchange.due_too_far": _(
        "The deadline in the column “%(column)s” lies more than a hundred years ahead (%(value)s). "
        "Correct it, or empty the field."
    ),
    "exchange.not_number": _(
        "“%(value)s” in the column “%(column)s” is no number. Give degrees with a decimal point, "
        "or empty the field."
    ),
    "exchange.position_swapped": _(
        "The position lies outside of the map (longitude %(lon)s, latitude %(lat)s), but with the "
        "two exchanged it lies inside. Exchange them here, or the two columns in the mapping."
    ),
    "exchange.text_too_long": _(
        "The text has %(length)s characters (%(column)s). A case keeps at most %(most)s; shorten "
        "it."
    ),
    "exchange.control_sign": _(
        "The column “%(column)s” holds at position %(position)s the control character %(sign)s, "
        "which is no text. Remove it."
    ),
    "exchange.organisation_not_known": _(
        "There is no organisation with the code “%(code)s” (“%(value)s” in the column "
        "“%(column)s”). Found it, add the value to organisation.values, or set "
        "create_organisations = true in the mapping."
    ),
    "exchange.organisation_nameless": _(
        "“%(value)s” in the column “%(column)s” makes no code of an organisation (“%(code)s”). Add "
        "the value to organisation.values, or use the rule slug."
    ),
    "exchange.state_not_known": _(
        "The mapping does not know the state “%(value)s” in the column “%(column)s”; it knows "
        "%(known)s. Add it to state.open or state.closed."
    ),
    "exchange.closed_without_time": _(
        "The column “%(column)s” says “%(value)s”, but there is no time of closing. Fill it in, or "
        "correct the state."
    ),
    "exchange.open_with_time": _(
        "The column “%(column)s” says “%(value)s”, but there is a time of closing (%(closed_at)s). "
        "Empty it, or correct the state."
    ),
}

# The columns of an exported list, in their order.
EXPORT_COLUMNS: Mapping[str, object] = {
    "number": _("Case number"),
    "state": _("State"),
    "category_code": _("Category code"),
    "category": _("Category"),
    "areas": _("Areas"),
    "organisation": _("Answerable party"),
    "level": _("Level of the party"),
    "reported_at": _("Reported at"),
    "filed_at": _("Filed at"),
    "dispatched_at": _("Dispatched at"),
    "handled_at": _("Handled at"),
    "ended_at": _("Ended at"),
    "due_at": _("Due at"),
    "is_late": _("Late now"),
    "longitude": _("Longitude (WGS 84)"),
    "latitude": _("Latitude (WGS 84)"),
    "supporters": _("Supporters"),
    "reworks": _("Reworks"),
    "returns": _("Returns"),
    "extensions": _("Extensions"),
    "words": _("Words of the report"),
}

MISTAKES: Mapping[str, object] = {
    "toml": _("This is not TOML: %(error)s. Correct the text there."),
    "unknown_key": _("There is no key “%(word)s” here. Use one of: %(known)s."),
    "unknown_key_near": _("There is no key “%(word)s” here. Did you mean “%(near)s”?"),
    "missing_section": _("The section [%(section)s] is missing. Add it."),
    "not_table": _("This must be a section of its own. Write [%(key)s] and its keys below it."),
    "missing": _("This is needed and missing. Add it."),
    "not_text": _("This must be a text that is not empty, in quotation marks."),
    "not_texts": _('This must be a text or a list of texts, such as ["one", "two"].'),
    "not_words": _('This must be a section of lines such as "value" = "code".'),
    "not_flag": _("This must be true or false, without quotation marks."),
    "not_parts": _(
        'This must be a list of columns; each is a text or, with a label, {column = "note", '
        'label = "Note"}.'
    ),
    "bad_choice": _("“%(word)s” is not possible here. Use one of: %(known)s."),
    "bad_source": _(
        "The name of the source has at most %(most)s letters, digits and - _ . without blanks. "
        "Choose a short name that will never change."
    ),
    "bad_format": _(
        "“%(format)s” is no format that tells a day. Use iso, excel or a pattern such as "
        "%%Y-%%m-%%d %%H:%%M:%%S."
    ),
    "bad_zone": _("There is no time zone “%(zone)s”. Use a name such as %(near)s."),
    "state_twice": _("The state “%(word)s” is called both open and closed. Keep it in one list."),
    "column_missing": _("The file has no column “%(column)s”. Write the name of one it has."),
    "column_missing_near": _("The file has no column “%(column)s”. Did you mean “%(near)s”?"),
    "category_unknown": _(
        "“%(word)s” is no category of the pack in force. Look it up with “gongzhi pack show”."
    ),
    "category_unknown_near": _(
        "“%(word)s” is no category of the pack in force. Did you mean “%(near)s”?"
    ),
    "organisation_unknown": _(
        "There is no organisation “%(word)s”. Found it, or set create_organisations = true."
    ),
    "organisation_unknown_near": _("There is no organisation “%(word)s”. Did you mean “%(near)s”?"),
}


def mistake(one: Mistake) -> str:
    """Return the sentence of a mistake in a mapping, after its key."""
    told = str(MISTAKES[one.code]) % {"key": one.key, **one.facts}
    return f"{one.key}: {told}" if one.key else told
