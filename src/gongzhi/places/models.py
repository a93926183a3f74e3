"""Layers of areas, and facilities as points."""

from django.db import models
from django.db.models import F, Q

_POINT = Q(facility=None, area=None, longitude__isnull=False, latitude__isnull=False)
_ON_EARTH = Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90)


class Layer(models.Model):
    """A named layer of areas: district, street, community, grid, road, frontage, contract lot."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=16, blank=True)  # community, street, district, city
    rank = models.PositiveIntegerField()  # coarse to fine: the city 0, the grid 40
    is_administrative = models.BooleanField(default=False)  # part of the one tree
    shown_as = models.CharField(max_length=16, blank=True)  # water, road …; blank: as it is
    shown_from = models.PositiveSmallIntegerField(null=True)  # a zoom; absent: by its sizes

    def __str__(self) -> str:
        return self.code


class Area(models.Model):
    """One polygon of a layer, valid in time."""

    layer = models.ForeignKey(Layer, models.PROTECT, related_name="+")
    code = models.CharField(max_length=48)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    # Primary keys from the root in base 36, five characters each; see rules.path_of.
    path = models.CharField(max_length=64)
    area_class = models.CharField(max_length=4, blank=True)  # A, B, C; blank: as the parent
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the last day
    shape = models.BinaryField()  # WKB, longitude and latitude in degrees, WGS 84
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="area_code_in_layer", fields=["layer", "code"]),
            models.CheckConstraint(
                name="area_box_upright", condition=Q(west__lte=F("east"), south__lte=F("north"))
            ),
        ]
        indexes = [
            # Everything under an area: queries.area_tree.
            models.Index(fields=["path"], name="area_by_path"),
        ]

    def __str__(self) -> str:
        return f"{self.layer_id}:{self.code}"


class Facility(models.Model):
    """A thing that stands somewhere, with its three bodies: competent, owner, maintainer."""

    code = models.CharField(max_length=48, unique=True)
    category_code = models.CharField(max_length=48)
    name = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField()  # degrees east, WGS 84
    latitude = models.FloatField()  # degrees north, WGS 84
    quadkey = models.BigIntegerField()
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    competent = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, related_name="+"
    )
    owner = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    maintainer = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, related_name="+"
    )
    condition = models.CharField(max_length=16, default="intact")  # intact, damaged, missing …
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="facility_on_earth", condition=_ON_EARTH)]
        indexes = [
            # The nearest of a kind: queries.facility_near.
            models.Index(fields=["category_code", "quadkey"], name="facility_by_place"),
        ]

    def __str__(self) -> str:
        return self.code


class ServiceCode(models.Model):
    """The code on a plate, and the one thing it stands for."""

    code = models.CharField(max_length=12, unique=True)  # see rules.codes
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)  # of a point
    name_en = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)  # degrees east, WGS 84, of a point
    latitude = models.FloatField(null=True)  # degrees north
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="code_for_one_thing",
                condition=Q(facility__isnull=False, area=None, longitude=None, latitude=None)
                | Q(facility=None, area__isnull=False, longitude=None, latitude=None)
                | (_POINT & _ON_EARTH),
            ),
            # Also: which plate a facility or an area bears, actions.make_codes.
            models.UniqueConstraint(
                name="code_of_facility",
                fields=["facility"],
                condition=Q(retired_at=None, facility__isnull=False),
            ),
            models.UniqueConstraint(
                name="code_of_area",
                fields=["area"],
                condition=Q(retired_at=None, area__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code
