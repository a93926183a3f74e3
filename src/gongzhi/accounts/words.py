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

# Why a password is too easy to guess, by the code of the check.
WEAK: Mapping[str, Promise] = {
    "password_too_short": _("It needs at least %(min_length)s characters."),
    "password_too_common": _("It is among those that many people use and that are tried first."),
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
    "accounts.second_factor_there": _(
        "The second factor is on already. To use another telephone, switch it off first and set"
        " it up again."
    ),
    "accounts.no_second_factor": _(
        "There is no second factor on this account. Set it up on the page “Second factor”."
    ),
    "accounts.second_factor_needed": _(
        "Your post works with a second factor only. Open “My account”, “Second factor”, and set it"
        " up; it cannot be switched off meanwhile."
    ),
    "accounts.code_refused": _(
        "This code does not fit, or it was used already. Wait for the next one and type it, or use"
        " a recovery code."
    ),
    "accounts.codes_locked": _(
        "There were too many failed tries, so the account rests. Try again in %(minutes)s minutes."
    ),
    "accounts.password_refused": _("This is not your password. Type the one you sign in with."),
    "accounts.half_way_lost": _(
        "The password was typed too long ago. Sign in again from the beginning."
    ),
    "accounts.link_spent": _(
        "This link was used already, or has run out. Ask your security administrator for a new one."
    ),
    "accounts.sign_up_closed": _(
        "Accounts are made by the city here. Ask your community or the administration for one;"
        " reporting needs none."
    ),
    "accounts.sign_up_too_often": _(
        "Many accounts were asked for from your network. Try again in %(minutes)s minutes;"
        " reporting needs no account."
    ),
    "accounts.login_taken": _("“%(login)s” is taken. Choose another login."),
    "accounts.passwords_differ": _("The two passwords differ. Type the new one twice alike."),
    "accounts.own_account": _(
        "Nobody can lock their own account. Ask another security administrator to do it."
    ),
    "accounts.session_unknown": _(
        "That session has ended already. Reload the list to see those that are open."
    ),
    "accounts.post_closed": _(
        "The post “%(code)s” is closed since %(date)s. Choose another post, or a term that ends"
        " before."
    ),
}

# The columns and fields that a refusal names, as people read them.
FACTS: Mapping[str, Mapping[str, Promise]] = {
    "role": {role.value: label for role, label in ROLES.items()},
    "field": {
        "login": _("Login"),
        "name": _("The name"),
        "name_en": _("Name in English"),
        "phone": _("Telephone"),
        "email": _("Mail address"),
        "code": _("Code"),
        "kind": _("Kind"),
        "credit_code": _("Unified social credit code"),
        "letter_number": _("Number of the letter"),
        "capacity": _("Capacity"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "post": _("Post"),
    },
}

LEDGER: Mapping[str, Promise] = {
    "organisation.founded": _("Organisation founded"),
    "organisation.renamed": _("Organisation renamed"),
    "organisation.moved": _("Organisation put under another"),
    "organisation.changed": _("Organisation changed"),
    "post_kind.defined": _("Kind of post defined"),
    "post_kind.changed": _("Kind of post changed"),
    "post.created": _("Post created"),
    "post.changed": _("Post changed"),
    "post.closed": _("Post closed"),
    "person.enrolled": _("Person enrolled"),
    "person.signed_up": _("Resident made an account"),
    "person.changed": _("Details of a person changed"),
    "person.erased": _("Person erased"),
    "person.signed_in": _("Signed in"),
    "person.locked": _("Login rests after failed tries"),
    "person.barred": _("Account locked"),
    "person.readmitted": _("Account unlocked"),
    "person.link_made": _("Link for a new password made"),
    "person.second_factor_set": _("Second factor set up"),
    "person.second_factor_removed": _("Second factor taken off"),
    "person.recovery_codes_made": _("Recovery codes made"),
    "person.sessions_ended": _("Sessions ended"),
    "person.data_exported": _("Own data taken away"),
    "appointment.made": _("Appointed"),
    "appointment.changed": _("Appointment changed"),
    "appointment.ended": _("Appointment ended"),
    "team.formed": _("Team formed"),
    "team.changed": _("Team changed"),
    "team.joined": _("Joined a team"),
    "team.left": _("Left a team"),
}

# What `queries.data_about` returns, part by part.
OWN_DATA: Mapping[str, Promise] = {
    "account": _("My account"),
    "appointments": _("My posts, past and present"),
    "teams": _("My teams"),
    "second_factor": _("My second factor"),
    "sessions": _("Browsers in which I am signed in"),
}
