"""What was found about stock: where safety stock should stand, and what of it will not be used in time."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from rantai.iscm.inventory import states
from rantai.kernel.fields import MoneyField, QuantityField


class PlacementRun(models.Model):
    """One answer to where safety stock should stand along the company's network."""

    state = models.CharField(max_length=7, default="staged")
    as_of = models.DateTimeField()
    target_run_id = models.BigIntegerField(help_text="the stock targets that it is compared with")
    figures = models.JSONField(default=dict, help_text="places, cost now and then, left out")
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.placement_run.check("placement_run"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="placement_run_one_current"),
        ]


class PlacementChoice(models.Model):
    """What a run proposes for one item at one place."""

    run = models.ForeignKey(PlacementRun, on_delete=models.PROTECT, related_name="choices", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "foundation_locations.Location", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    chain = models.PositiveIntegerField(help_text="number of the chain that it belongs to: accept a chain as a whole")
    state = models.CharField(max_length=9, default="proposed")
    reason = models.CharField(max_length=13, help_text="why it holds stock or none")
    inbound_days = models.PositiveSmallIntegerField(help_text="waits for what it is made of or gets")
    lead_days = models.PositiveSmallIntegerField(help_text="takes itself, with the deviation of the lead time")
    service_days = models.PositiveSmallIntegerField(help_text="promises to those that it supplies")
    covered_days = models.PositiveSmallIntegerField(help_text="that its safety stock covers")
    is_stocked = models.BooleanField(help_text="stock is kept there today")
    safety_now = QuantityField(help_text="by the targets of today")
    safety_then = QuantityField()
    cost_now = MoneyField(help_text="of holding it a year, company's currency")
    cost_then = MoneyField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            states.placement_choice.check("placement_choice"),
            models.UniqueConstraint(fields=["run", "item", "location"], name="placement_choice_once"),
        ]


class PromotionCandidate(models.Model):
    """Stock of a lot (or of an item without lots) at a place that will not be used in time."""

    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("iscm_inventory.Lot", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, help_text="expiring, excess or ageing: the most pressing of them")
    units = QuantityField(help_text="beyond use")
    on_hand = QuantityField(help_text="of the lot, or of the item at the place")
    value = MoneyField(help_text="of the units at standard cost, company's currency")
    last_useful_on = models.DateField(null=True, help_text="until when it can be sold; empty: does not expire")
    exhausted_on = models.DateField(null=True, help_text="when what is left would be used up; empty: never")
    received_on = models.DateField(help_text="of its oldest unit")
    daily_demand = models.FloatField(default=0.0, help_text="statistic: base units a day that were counted on")
    state = models.CharField(max_length=9, default="open")
    revision = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.promotion_candidate.check("promotion_candidate"),
            models.UniqueConstraint(
                "item", "location", Coalesce("lot", 0), condition=~Q(state="ended"), name="promotion_candidate_one_open"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="promotion_candidate_positive"),
        ]
