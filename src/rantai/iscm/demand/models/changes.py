"""What people know beforehand: events that move demand, and what new items are like."""

from django.db import models
from django.db.models import F, Q

KINDS = ("promotion", "event", "one_off", "stock_out")


class DemandEvent(models.Model):
    """A cause of demand in whole weeks: ahead it adds to the forecast, once past it explains the history."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, help_text="promotion, event, one_off or stock_out")
    starts_on = models.DateField(help_text="Monday of its first week")
    ends_on = models.DateField(help_text="Monday after its last week")
    factor = models.IntegerField(null=True, help_text="times the forecast, in 1/10,000")
    quantity = models.BigIntegerField(null=True, help_text="units more over all its weeks and rows, in 1/10,000")
    reason = models.CharField(max_length=300)
    owner = models.CharField(max_length=80)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="called off")
    ended_by = models.CharField(max_length=80, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="demand_event_kind_legal"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="demand_event_period"),
            models.CheckConstraint(
                condition=Q(kind="stock_out", factor=None, quantity=None)
                | Q(factor__isnull=False, quantity=None, factor__gte=0)
                | Q(factor=None, quantity__isnull=False, quantity__gte=0),
                name="demand_event_one_lift",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(ended_at=None), name="demand_event_live")]

    def __str__(self) -> str:
        return self.name


class DemandEventScope(models.Model):
    """One item, category or location that an event touches; without any of a sort it touches all."""

    event = models.ForeignKey(DemandEvent, on_delete=models.CASCADE, related_name="scopes")
    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, category=None, location=None)
                | Q(item=None, category__isnull=False, location=None)
                | Q(item=None, category=None, location__isnull=False),
                name="demand_event_scope_one",
            ),
            models.UniqueConstraint(
                fields=["event", "item"], condition=Q(item__isnull=False), name="demand_event_item_once"
            ),
            models.UniqueConstraint(
                fields=["event", "category"], condition=Q(category__isnull=False), name="demand_event_category_once"
            ),
            models.UniqueConstraint(
                fields=["event", "location"], condition=Q(location__isnull=False), name="demand_event_location_once"
            ),
        ]


class ItemLaunch(models.Model):
    """A new item that is expected to sell as others did when they were new, until its own history speaks."""

    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    launch_on = models.DateField(help_text="Monday of its first week")
    scale = models.IntegerField(default=10_000, help_text="times the like items, in 1/10,000")
    blend_weeks = models.PositiveSmallIntegerField(default=13, help_text="weeks of its own until they alone count")
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="taken back")
    ended_by = models.CharField(max_length=80, blank=True)
    changed_seq = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scale__gt=0, blend_weeks__gt=0), name="item_launch_figures"),
            models.UniqueConstraint(
                fields=["item", "location"], condition=Q(ended_at=None), name="item_launch_one_live"
            ),
        ]


class ItemLaunchLike(models.Model):
    """One of the items that a new one is like, with its share."""

    launch = models.ForeignKey(ItemLaunch, on_delete=models.CASCADE, related_name="likes")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    share = models.IntegerField(help_text="in 1/10,000; those of a launch add up to 10,000")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=10_000), name="item_launch_like_share"),
            models.UniqueConstraint(fields=["launch", "item"], name="item_launch_like_once"),
        ]
