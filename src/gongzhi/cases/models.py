"""The tables of the loop.  Rules are in `rules`, writes in `actions`."""

import uuid

from django.db import models
from django.db.models import Q

from gongzhi.webkit.fulltext import TokensField

from .rules import ENDS, State

KNOWN_STATES = sorted(state.value for state in State)
END_STATES = sorted(state.value for state in ENDS)


class Case(models.Model):
    """One reported problem: where it stands now.  How it got there is in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # UUIDv7, made by the reporter
    number = models.CharField(max_length=32, unique=True)  # printed on letters
    source = models.CharField(max_length=24)  # web, hotline, patrol, import …
    source_id = models.CharField(max_length=80, null=True)  # the foreign system's own id
    reporter_id = models.BigIntegerField(null=True)  # accounts.Person
    claim_hash = models.CharField(max_length=64, blank=True)
    category_code = models.CharField(max_length=48, blank=True)
    standard = models.ForeignKey("catalogue.Standard", models.PROTECT, null=True, related_name="+")
    pack_version_id = models.BigIntegerField()

    longitude = models.FloatField(null=True)  # degrees east, WGS 84
    latitude = models.FloatField(null=True)  # degrees north, WGS 84
    source_frame = models.CharField(max_length=8, default="wgs84")
    quadkey = models.BigIntegerField(null=True)
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, related_name="+")
    area_path = models.CharField(max_length=64, blank=True)
    area_class = models.CharField(max_length=4, blank=True)
    place_flags = models.JSONField(default=list)

    state = models.CharField(max_length=16, default=State.REPORTED.value)
    suspended_from = models.CharField(max_length=16, blank=True)
    resume_on = models.DateField(null=True)
    level = models.CharField(max_length=16, blank=True)
    is_public = models.BooleanField(default=False)  # as its category; not when declined
    is_emergency = models.BooleanField(default=False)  # its clock runs through the night
    answer = models.JSONField(default=dict)  # responsibility.Answer.as_facts()
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, related_name="+"
    )  # the answerable party
    returned_from_id = models.BigIntegerField(null=True)  # the organisation that sent it back
    handler_post_id = models.BigIntegerField(null=True)
    handled_by_id = models.BigIntegerField(null=True)  # the person who completed it
    checker_post_id = models.BigIntegerField(null=True)
    verifier_post_id = models.BigIntegerField(null=True)
    extension_asked_at = models.DateTimeField(null=True)

    reported_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # of the stage it is in
    raise_at = models.DateTimeField(null=True)  # when the clock raises the level

    reworks = models.PositiveIntegerField(default=0)
    returns = models.PositiveIntegerField(default=0)
    extensions = models.PositiveIntegerField(default=0)
    urges = models.PositiveIntegerField(default=0)
    reopenings = models.PositiveIntegerField(default=0)
    level_rises = models.PositiveIntegerField(default=0)
    supporters = models.PositiveIntegerField(default=0)
    is_solved = models.BooleanField(null=True)  # the reporter's word
    satisfaction = models.PositiveSmallIntegerField(null=True)  # 1 not, 2 basically, 3 satisfied
    is_forced = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    recurrence_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_state_known", condition=Q(state__in=KNOWN_STATES)),
            models.CheckConstraint(
                name="case_ended_iff_final",
                condition=Q(state__in=END_STATES, ended_at__isnull=False)
                | (~Q(state__in=END_STATES) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="case_merged_iff_target",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="case_suspended_iff_origin",
                condition=(Q(state="suspended") & ~Q(suspended_from=""))
                | (~Q(state="suspended") & Q(suspended_from="")),
            ),
            models.CheckConstraint(
                name="case_place_whole",
                condition=Q(longitude=None, latitude=None, quadkey=None)
                | Q(longitude__isnull=False, latitude__isnull=False, quadkey__isnull=False),
            ),
            models.UniqueConstraint(
                name="case_source_id_once",
                fields=["source", "source_id"],
                condition=Q(source_id__isnull=False),
            ),
        ]
        indexes = [
            # The list, newest first: queries.case_list without a scope.
            models.Index(fields=["-reported_at", "-id"], name="case_newest"),
            # The list within a scope and the desk's queues: queries.case_list.
            models.Index(fields=["area_path", "state"], name="case_in_scope"),
            # Open work of a party, most urgent first: queries.case_list, queries.inbox.
            models.Index(
                fields=["organisation", "due_at"],
                name="case_open_of_party",
                condition=Q(ended_at=None),
            ),
            # A reporter's own cases: access.visible_cases, queries.case_list.
            models.Index(
                fields=["reporter_id"],
                name="case_of_reporter",
                condition=Q(reporter_id__isnull=False),
            ),
            # Near a point: queries.similar_cases, actions.report (recurrence).
            models.Index(fields=["quadkey"], name="case_by_place"),
            # A map tile of open cases, answered from the index alone: queries.tile_cases.
            models.Index(
                fields=["quadkey", "due_at", "state", "is_public"],
                name="case_open_on_map",
                condition=Q(ended_at=None),
            ),
            # What ended of late in a map tile, far off: queries.tile_cases.
            models.Index(
                fields=["ended_at", "quadkey", "state", "is_public"],
                name="case_ended_on_map",
                condition=Q(ended_at__isnull=False),
            ),
            # Resumes by itself: jobs.resume_due.
            models.Index(
                fields=["resume_on"], name="case_to_resume", condition=Q(state="suspended")
            ),
            # The clock: jobs.raise_due.
            models.Index(
                fields=["raise_at"], name="case_to_raise", condition=Q(raise_at__isnull=False)
            ),
            # The queue of a state, oldest first: queries.case_list.
            models.Index(
                fields=["state", "reported_at"],
                name="case_open_by_state",
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Statement(models.Model):
    """Words somebody said about a case: the only table of free text in the house.

    The ledger keeps the salted fingerprint.  Erasing blanks the words and the salt.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)  # report, reason, finding, note, rating
    text = models.TextField(blank=True)
    address = models.TextField(blank=True)  # the place in the reporter's own words
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    answers = models.JSONField(default=dict)  # to the pack's questions, by their codes
    salt = models.CharField(max_length=32, blank=True)
    said_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # All words about one case, and the report's words for lists.
            models.Index(fields=["case", "kind"], name="statement_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Follower(models.Model):
    """A person, or the holder of a claim code, who follows or supports a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    person_id = models.BigIntegerField(null=True)
    claim_hash = models.CharField(max_length=64, blank=True)
    is_reporter = models.BooleanField(default=False)
    is_supporter = models.BooleanField(default=True)  # counted on the case; else it only follows
    since = models.DateTimeField()

    class Meta:
        indexes = [
            # What a person follows: queries.my_cases.
            models.Index(
                fields=["person_id"],
                name="follower_of_person",
                condition=Q(person_id__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="follower_once",
                fields=["case", "person_id"],
                condition=Q(person_id__isnull=False),
            ),
            models.UniqueConstraint(
                name="claim_follows_once",
                fields=["case", "claim_hash"],
                condition=~Q(claim_hash=""),
            ),
            models.CheckConstraint(
                name="follower_is_somebody",
                condition=Q(person_id__isnull=False) | ~Q(claim_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"


class NumberRun(models.Model):
    """The last number given under a prefix; the row is the queue for the next one."""

    prefix = models.CharField(max_length=32, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


class SearchEntry(models.Model):
    """What a case is found by: tokens of its words, place, category and number.

    Written after the fact from the ledger by `actions.searching`; everything in it can be
    made anew from the other tables.
    """

    id = models.BigAutoField(primary_key=True)  # the index of SQLite points to it
    case = models.OneToOneField(Case, models.PROTECT, related_name="+")
    # Indexed for queries.searching by `webkit.fulltext.create_index`.
    tokens = TokensField()

    def __str__(self) -> str:
        return f"{self.case_id}"


class ReadMark(models.Model):
    """How far a reader of this house has read the ledger."""

    name = models.CharField(max_length=24, primary_key=True)
    entry_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.entry_id}"


class SavedFilter(models.Model):
    """A list of the desk under a name: a person's own, or their organisation's."""

    name = models.CharField(max_length=60)
    address = models.CharField(max_length=1000, blank=True)  # the query of the list's address
    person_id = models.BigIntegerField()  # accounts.Person, whose it is
    organisation_id = models.BigIntegerField(null=True)  # shared with its members
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            # One's own, in the head of the desk: queries.saved_filters.
            models.Index(fields=["person_id"], name="saved_filter_of_person"),
            # One's organisation's, likewise: queries.saved_filters.
            models.Index(
                fields=["organisation_id"],
                name="saved_filter_of_party",
                condition=Q(organisation_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
