"""Sentences for the refusals of the kernel, which knows no Django, and of the helpers here."""

from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, object] = {
    "kernel.refused": _("This was refused."),
    "kernel.invalid": _("What was sent cannot be right. Check it and send it again."),
    "kernel.not_permitted": _("This is not among your tasks. Ask someone whose task it is."),
    "kernel.not_found": _("There is nothing of that name or number here. Check it."),
    "kernel.conflict": _("This cannot be done as things stand. Look again at what has changed."),
    "request.key_unreadable": _(
        "The Idempotency-Key “%(key)s” cannot be used. Send 8 to 100 visible ASCII characters, "
        "best a fresh UUID for each deed."
    ),
    "request.key_used_otherwise": _(
        "The Idempotency-Key “%(key)s” was sent before with another request, so nothing was done. "
        "Draw a new key for each deed."
    ),
    "storage.unavailable": _("The records cannot be reached at the moment. Try again later."),
    "storage.read_only": _(
        "%(where)s may only be read, so nothing was kept. Whoever runs this server must give it "
        "the right to write there; then try again."
    ),
    "storage.full": _(
        "There is no room left for %(where)s, so nothing was kept. Whoever runs this server must "
        "make room on the disk; then try again."
    ),
    "storage.busy": _(
        "%(where)s is held by somebody else for too long, so nothing was kept. Try again in a "
        "minute."
    ),
    "storage.unreachable": _(
        "%(where)s cannot be reached. Whoever runs this server must see to it that it is there "
        "and answers; then try again."
    ),
    "storage.damaged": _(
        "%(where)s is damaged or is no database. Whoever runs this server must bring back a backup."
    ),
    "storage.not_set_up": _(
        "%(where)s has not the tables of this version. Whoever runs this server must run "
        "“gongzhi migrate”."
    ),
    "calendar.bad_limit": _(
        "“%(text)s” is no limit. Write a number that is not negative, a space and one of: "
        "%(units)s. A limit is at most 200 years."
    ),
    "calendar.bad_span": _(
        "Working time from %(start)s to %(end)s is not possible. The end must come after the "
        "start, both in whole seconds; split a night shift at midnight."
    ),
    "calendar.bad_week": _(
        "The week of the calendar “%(calendar)s” is not possible (weekday %(weekday)s). Give seven "
        "days with at least one span of working time and no spans that overlap."
    ),
    "calendar.bad_year_table": _(
        "The day %(day)s cannot stand like this in the table of %(year)s. A table holds only days "
        "of its year, and each day is either a holiday or a shifted working day."
    ),
    "calendar.bad_season": _(
        "The season “%(season)s” starts or ends on day %(day)s of month %(month)s, which no year "
        "has. Give a day that exists."
    ),
    "calendar.year_unknown": _(
        "The holidays of %(year)s are not entered in the calendar “%(calendar)s”, so working days "
        "cannot be counted. Enter the table of that year and try again."
    ),
    "calendar.too_far": _(
        "The moment lies beyond what the calendar “%(calendar)s” can count. Give a shorter limit "
        "or an earlier start."
    ),
    "calendar.pause_backwards": _(
        "A pause from %(start)s to %(end)s ends before it starts. Give a later end."
    ),
    "place.bad_position": _(
        "Longitude %(lon)s and latitude %(lat)s are no place. Give the longitude "
        "first, between -180 and 180, then the latitude, between -90 and 90; both 0 means that "
        "the position is missing."
    ),
    "place.bad_tile": _(
        "There is no map tile with zoom %(z)s, column %(x)s and row %(y)s. Zoom goes from 0 to 31."
    ),
    "sheet.bad": _("The table cannot be read. Check the file and try again."),
    "sheet.cannot_open": _(
        "The file %(file)s cannot be read (%(error)s). Check its name and its permissions."
    ),
    "sheet.cannot_write": _(
        "The file of refused rows %(file)s cannot be written (%(error)s). Make room on the disk or "
        "choose another folder, then import again."
    ),
    "sheet.unknown_kind": _(
        "The file %(file)s is of a kind that cannot be read. Save it as one of: %(kinds)s."
    ),
    "sheet.not_text": _(
        "The file %(file)s is no text file, whatever its name says. Give it the right ending, or "
        "save it as CSV."
    ),
    "sheet.not_workbook": _(
        "The file %(file)s is damaged or is no workbook (%(error)s). Open it in an office program "
        "and save it again as XLSX."
    ),
    "sheet.locked": _(
        "The workbook %(file)s is locked by a password or is in the old Excel format. Save it "
        "without a password as XLSX."
    ),
    "sheet.too_large": _(
        "The workbook %(file)s would need more than %(most_mb)s MB of memory. Save it as CSV, "
        "which may have any size."
    ),
    "sheet.no_such_sheet": _(
        "The workbook %(file)s has no sheet “%(sheet)s”. Its sheets are: %(sheets)s."
    ),
    "sheet.unknown_encoding": _(
        "“%(encoding)s”, given for the file %(file)s, is no known encoding. Try utf-8 or gb18030, "
        "or leave it out."
    ),
    "sheet.bad_encoding": _(
        "Line %(line)s of the file %(file)s cannot be read as %(encoding)s. Save the file as "
        "UTF-8, or name its encoding."
    ),
    "sheet.empty": _("The file %(file)s has no row of column names. Add one as the first row."),
    "sheet.header_empty": _(
        "Line %(line)s of the file %(file)s leaves columns without a name: number %(columns)s. "
        "Name them or remove them."
    ),
    "sheet.header_twice": _(
        "Line %(line)s of the file %(file)s gives several columns the same name: %(names)s. Give "
        "each column its own name."
    ),
    "sheet.too_many_columns": _(
        "The file %(file)s has more than %(most)s columns. Remove those that are not needed."
    ),
    "sheet.cell_too_long": _(
        "A field that begins on line %(line)s of the file %(file)s is longer than %(most)s "
        "characters. Look for a quotation mark that is not closed."
    ),
    "sheet.ragged": _(
        "Line %(line)s has %(fields)s fields, but there are %(columns)s columns. Put text that "
        "contains the delimiter in quotation marks, or add the missing fields."
    ),
    "sheet.control_character": _(
        "The column “%(column)s” of line %(line)s holds the character %(character)s, which is no "
        "text. Remove it."
    ),
    "sheet.malformed_line": _(
        "Line %(line)s is not one JSON object: “%(text)s”. Write each row as one object on "
        "one line."
    ),
}
"""From a refusal to the sentence people read."""
