"""Organisations, people, posts and who holds them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Organisation(models.Model):
    """A body that can answer for something: an office, a department, a utility, a crew."""

    code = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=32)  # street_office; the pack's duties name kinds
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    # Path prefix of the areas it works in (places.Area.path); blank is the whole city.
    scope_path = models.CharField(max_length=64, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)  # unified social credit code
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisation_not_own_parent", condition=~Q(parent=F("id"))
            ),
        ]
        indexes = [
            # Who of this kind works here: responsibility's map of parties.
            models.Index(fields=["kind", "scope_path"], name="organisation_by_kind"),
        ]

    def __str__(self) -> str:
        return self.code


class PersonManager(BaseUserManager["Person"]):
    """Finds people by login, as Django's sign-in asks for it."""


class Person(AbstractBaseUser):
    """A person who can sign in; this row is all the personal data the house holds.

    Erasing a person blanks the row; entries of the ledger keep the bare id.
    """

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True)
    barred_at = models.DateTimeField(null=True)  # by the security administrator; not active then
    last_login = None  # the ledger knows when someone signed in

    USERNAME_FIELD = "login"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.login


class SignInTry(models.Model):
    """Failed tries with one login, whether or not anybody has that login.

    Kept by a keyed fingerprint, so that an unknown login locks exactly like a
    known one and a mistyped password in the login field is not kept in the clear.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    failed = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(db_index=True)  # old tries are swept away by it

    def __str__(self) -> str:
        return f"{self.fingerprint[:12]} {self.failed}"


class SecondFactor(models.Model):
    """The shared secret of a person's authenticator app, encrypted; erased with the person."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    secret = models.CharField(max_length=255)  # rules.second_factor.sealed
    confirmed_at = models.DateTimeField(null=True)  # by a first right code; of no force before
    last_step = models.BigIntegerField(default=0)  # the last half minute whose code was used

    def __str__(self) -> str:
        return f"of {self.person_id}"


class RecoveryCode(models.Model):
    """A code for the day the telephone is lost, by its fingerprint; used once."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="recovery_code_once", fields=["person", "digest"]),
        ]

    def __str__(self) -> str:
        return f"of {self.person_id}"


class OpenSession(models.Model):
    """A browser in which a person is signed in; its rows go with the session."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, unique=True)  # of Django's session
    browser = models.CharField(max_length=40, blank=True)  # Firefox · Linux
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)  # old sessions are swept away by it

    def __str__(self) -> str:
        return f"{self.browser} of {self.person_id}"


class PostKind(models.Model):
    """A kind of post (dispatcher, lane steward …) with the roles it carries; from the pack."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    roles = models.JSONField(default=list)
    level = models.CharField(max_length=16, blank=True)
    rank = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code


class Post(models.Model):
    """A seat in an organisation; people come and go, the post answers."""

    code = models.CharField(max_length=64, unique=True)
    kind = models.ForeignKey(PostKind, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    scope_path = models.CharField(max_length=64, blank=True)
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.code


class Appointment(models.Model):
    """A person in a post for a term, by letter."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the last day; absent: until further notice
    letter_number = models.CharField(max_length=48, blank=True)
    capacity = models.CharField(max_length=48, blank=True)  # party member, resident, grid worker …

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="appointment_runs_forward",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="appointment_once", fields=["person", "post", "starts_on"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.post_id}"


class Team(models.Model):
    """People who act together across organisations: a volunteer team, an emergency crew."""

    code = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=32, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """A person in a team since a day."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    is_leader = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["team", "person", "starts_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"
