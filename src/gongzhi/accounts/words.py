"""What people read about organisations, people, posts and signing in."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import Role

ROLES: Mapping[Role, Promise] = {
    Role.RESIDENT: _("Resident"),
    Role.OPERATOR: _("Operator"),
    Role.DISPATCHER: _("Dispatcher"),
    Role.HANDLER: _("Handler"),
    Role.COLLECTOR: _("Collector"),
    Role.STEWARD: _("Steward"),
    Role.DUTY_HEAD: _("Head of the shift"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.LEADER: _("Leader"),
    Role.MAP_KEEPER: _("Map keeper"),
    Role.SYSTEM: _("The system"),
    Role.SYSTEM_ADMIN: _("System administrator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.AUDIT_ADMIN: _("Audit administrator"),
}

REFUSALS: Mapping[str, Promise] = {
    "accounts.not_yours": _(
        "Your role (%(role)s) may not do this. Ask the system administrator to keep the register"
        " of people and organisations, or the security administrator to give powers."
    ),
    "accounts.post_not_held": _(
        "You do not hold this post today. Choose one of your own posts at the top of the page."
    ),
    "accounts.sign_in_refused": _(
        "This login and password do not fit together. Tries left: %(left)s. Check both and try"
        " again."
    ),
    "accounts.locked": _(
        "There were too many failed tries with this login, so it rests. Try again in"
        " %(minutes)s minutes, or ask your security administrator for a new password."
    ),
    "accounts.way_unknown": _(
        "There is no way of signing in called “%(way)s”. Use one of those on the sign-in page."
    ),
    "accounts.person_unknown": _(
        "There is no active person with the login “%(login)s”. Check the login, or enrol the"
        " person first."
    ),
    "accounts.organisation_unknown": _(
        "There is no organisation with the code “%(code)s”, or its own row was refused. Check"
        " the code, or found the organisation first."
    ),
    "accounts.post_kind_unknown": _(
        "There is no kind of post “%(code)s”. Use a kind that the installed pack defines."
    ),
    "accounts.post_unknown": _(
        "There is no post “%(code)s”. Create the post first, or give its kind and organisation"
        " in the same row."
    ),
    "accounts.team_unknown": _("There is no team “%(code)s”. Form the team first."),
    "accounts.appointment_unknown": _(
        "“%(login)s” is not in “%(post)s” on %(date)s. Check the login, the post and the date."
    ),
    "accounts.chart_circular": _(
        "These organisations stand above each other in a circle: %(circle)s. Correct the"
        " organisation above in one of them."
    ),
    "accounts.term_backwards": _(
        "The term ends on %(ends_on)s, before it begins on %(starts_on)s. Correct one of the"
        " two dates."
    ),
    "accounts.date_unlikely": _(
        "The date %(date)s is before 1970 or more than thirty years ahead. Correct it."
    ),
    "accounts.date_unreadable": _(
        "“%(text)s” in %(field)s is not a date we can read. Write it like 2026-03-01."
    ),
    "accounts.term_overlaps": _(
        "“%(login)s” already holds the post “%(post)s” since %(since)s for part of this term."
        " End that appointment first, or choose other dates."
    ),
    "accounts.duties_not_separate": _(
        "One person would hold several administrators' roles at once (%(roles)s). System,"
        " security and audit administrators must be three people; appoint someone else, or end"
        " the other appointment first."
    ),
    "accounts.role_unknown": _(
        "There is no role “%(role)s” that a post can carry. Use one of: %(roles)s."
    ),
    "accounts.text_missing": _("%(field)s is blank. Fill it in."),
    "accounts.text_too_long": _(
        "%(field)s has %(length)s characters; at most %(longest)s fit. Shorten it."
    ),
    "accounts.text_unprintable": _(
        "%(field)s holds a line break or another control character. Remove it."
    ),
    "accounts.code_malformed": _(
        "“%(code)s” cannot be a code (%(field)s). Use letters, digits and the signs . _ - : @ /"
        " only; “erased-” is kept for erased people."
    ),
    "accounts.credit_code_wrong": _(
        "“%(credit_code)s” is not a unified social credit code: it needs 18 characters and a"
        " right check character. Compare it with the licence."
    ),
    "accounts.scope_malformed": _(
        "“%(scope)s” is not a path of areas. Leave it blank for the whole city, or give the"
        " code of the area in the column scope."
    ),
    "accounts.scope_unknown": _(
        "There is no area with the code “%(code)s”. Import the areas first, or correct the code."
    ),
    "accounts.password_weak": _("This password is too easy to guess. %(reasons)s"),
    "accounts.language_unknown": _(
        "The platform does not speak “%(language)s”. Choose one of its languages."
    ),
    "accounts.code_twice": _(
        "“%(code)s” stands in the list more than once, with different content. Keep one of them."
    ),
    "accounts.columns_missing": _(
        "%(file)s lacks these columns: %(columns)s. Add them to its first row."
    ),
}
