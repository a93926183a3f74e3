"""Every change to organisations, posts, people and appointments."""

from .chart import (
    NewOrganisation,
    NewPost,
    create_post,
    create_posts,
    define_post_kind,
    found_organisation,
    found_organisations,
)
from .imports import ImportSummary, import_chart, import_roster
from .people import (
    NewPerson,
    choose_password,
    enrol_people,
    enrol_person,
    erase_person,
    shared_password_hash,
)
from .plans import Done, Outcome
from .signing_in import choose_language, sign_in_with_password
from .teams import form_team, join_team, leave_team
from .terms import NewAppointment, appoint, appoint_many, end_appointment

__all__ = [
    "Done",
    "ImportSummary",
    "NewAppointment",
    "NewOrganisation",
    "NewPerson",
    "NewPost",
    "Outcome",
    "appoint",
    "appoint_many",
    "choose_language",
    "choose_password",
    "create_post",
    "create_posts",
    "define_post_kind",
    "end_appointment",
    "enrol_people",
    "enrol_person",
    "erase_person",
    "form_team",
    "found_organisation",
    "found_organisations",
    "import_chart",
    "import_roster",
    "join_team",
    "leave_team",
    "shared_password_hash",
    "sign_in_with_password",
]
