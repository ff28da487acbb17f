"""Places and the lanes between them."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import MoneyField, QuantityField


class Location(models.Model):
    """A place that holds stock, or a counterpart account of the stock ledger.

    Sites contain zones contain bins. Kinds 'supplier', 'customer', 'production', 'adjustment', 'transit' and
    'history' are accounts: every unit that enters or leaves our sites comes from or goes to one of them.
    """

    company = models.ForeignKey(
        "foundation_parties.Company", null=True, on_delete=models.PROTECT, help_text="empty: not ours"
    )
    party = models.ForeignKey(
        "foundation_parties.Party", null=True, blank=True, on_delete=models.PROTECT, help_text="whose place"
    )
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, default="warehouse")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    gln = models.CharField(max_length=13, blank=True)
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA time zone")
    calendar = models.ForeignKey("foundation_calendars.Calendar", null=True, blank=True, on_delete=models.PROTECT)
    cut_off = models.PositiveIntegerField(
        default=57_600, help_text="orders after this local second ship a working day later"
    )
    territory = models.ForeignKey("foundation_access.Territory", null=True, blank=True, on_delete=models.PROTECT)
    latitude = models.FloatField(null=True, blank=True, help_text="degrees, statistic for maps")
    longitude = models.FloatField(null=True, blank=True, help_text="degrees, statistic for maps")
    custom = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "plant",
                        "warehouse",
                        "zone",
                        "bin",
                        "supplier",
                        "customer",
                        "production",
                        "adjustment",
                        "transit",
                        "history",
                    ]
                ),
                name="location_kind_legal",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """A way from a place of ours to another, or to the customers of a territory."""

    origin = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="lanes_out")
    destination = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="lanes_in")
    territory = models.ForeignKey("foundation_access.Territory", null=True, blank=True, on_delete=models.PROTECT)
    rank = models.PositiveSmallIntegerField(default=1, help_text="1 is tried first")
    transit_days = models.PositiveSmallIntegerField(default=1, help_text="working days of the destination's calendar")
    carrier = models.ForeignKey("foundation_parties.Party", null=True, blank=True, on_delete=models.PROTECT)
    cost = MoneyField(default=0, help_text="for one base unit, in the company's currency")
    capacity = QuantityField(null=True, blank=True, help_text="base units a day")  # type: ignore[misc]
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(destination__isnull=False, territory__isnull=True)
                | Q(destination__isnull=True, territory__isnull=False),
                name="lane_one_end",
            ),
            models.CheckConstraint(condition=~Q(origin=F("destination")), name="lane_goes_somewhere"),
        ]
