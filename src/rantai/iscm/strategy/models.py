"""What if: scenarios as changes laid over the plan's inputs, what came of them, and what was taken over."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from rantai.iscm.strategy import rules, states
from rantai.kernel.fields import MoneyField, QuantityField


class Scenario(models.Model):
    """Changes of the plan's inputs that somebody wants to see the outcome of; nothing of the company is copied."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)
    group = models.CharField(max_length=40, blank=True, help_text="scenarios that were made to be compared")
    revision = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="when a change was last added or taken out")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-changed_at"], condition=Q(archived_at=None), name="scenario_live")]

    def __str__(self) -> str:
        return self.name


class ScenarioChange(models.Model):
    """One change: what kind, of what, how much, from when to when. Which fields count is said in rules.KINDS."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    position = models.PositiveSmallIntegerField(help_text="changes are laid one over the other in this order")
    kind = models.CharField(max_length=20)
    item = models.ForeignKey("foundation_items.Item", null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey("foundation_items.Category", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("foundation_parties.Party", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey("foundation_items.Source", null=True, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey("foundation_items.Resource", null=True, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey("foundation_access.Territory", null=True, on_delete=models.PROTECT, related_name="+")
    demand_class = models.CharField(max_length=40, blank=True)
    template = models.CharField(max_length=20, blank=True, help_text="code of a strategy template")
    text = models.CharField(max_length=60, blank=True, help_text="name of a new site")
    classes = models.JSONField(default=list, help_text="demand classes, the first served first")
    share = models.IntegerField(null=True, help_text="in 1/10,000; of what is there, or by how much it moves")
    pulled = models.IntegerField(null=True, help_text="in 1/10,000: share of a promotion's units missing afterwards")
    elasticity = models.IntegerField(null=True, help_text="in 1/10,000: of demand, to the price")
    service_level = models.IntegerField(null=True, help_text="in 1/10,000")
    days = models.IntegerField(null=True, help_text="working days more or less")
    hours = models.IntegerField(null=True, help_text="hours a working day more")
    rank = models.PositiveSmallIntegerField(null=True)
    units = models.BigIntegerField(null=True, help_text="safety stock, 1/10,000 base units")
    minimum = models.BigIntegerField(null=True, help_text="of an order, 1/10,000 base units")
    multiple = models.BigIntegerField(null=True, help_text="of an order, 1/10,000 base units")
    maximum = models.BigIntegerField(null=True, help_text="of an order, 1/10,000 base units")
    amount = models.BigIntegerField(null=True, help_text="extra cost of one base unit, 1/10,000 of our currency")
    is_first = models.BooleanField(default=False, help_text="a new site is asked before the others")
    cost = MoneyField(default=0, help_text="what the change itself costs, once, in the company's currency")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, help_text="last day")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(rules.KINDS)), name="scenario_change_kind_legal"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="scenario_change_period",
            ),
            models.UniqueConstraint(fields=["scenario", "position"], name="scenario_change_position"),
        ]


class ScenarioRun(models.Model):
    """What came of a scenario as it stood, on the plan that was published then; never changed once it is done."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="runs")
    plan = models.ForeignKey("iscm_supply.PlanRun", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default="queued")
    revision = models.PositiveIntegerField(help_text="of the scenario that was solved")
    job_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=list, help_text="the changes as they stood, with every figure")
    problem_hash = models.CharField(max_length=64, blank=True)
    solution_hash = models.CharField(max_length=64, blank=True)
    engine = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict, help_text="as_of, now, horizon and weeks that the figures are for")
    seconds = models.JSONField(default=dict, help_text="by phase: read, overlay, solve, measure")
    memory = models.JSONField(default=dict, help_text="bytes: copied, shared with the plan, solution")
    series = models.JSONField(default=dict, help_text="by week, base and scenario: stock value, purchases")
    problems = models.JSONField(default=dict, help_text="what was wrong, by change; '' for the whole")
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            states.scenario_run.check("scenario_run"),
            models.UniqueConstraint(
                fields=["scenario"], condition=Q(state__in=["queued", "solving"]), name="scenario_run_one_at_work"
            ),
        ]
        indexes = [models.Index(fields=["scenario", "-id"], name="scenario_run_last")]

    @property
    def known_at(self) -> datetime | None:
        """When what it is compared with was published; None for one of a former release."""
        told = self.params.get("known_at")
        return datetime.fromisoformat(told) if told else None


class ScenarioFigure(models.Model):
    """One figure of a run beside the plan's, both with numerator and denominator; null where nothing is to measure."""

    run = models.ForeignKey(ScenarioRun, on_delete=models.CASCADE, related_name="figures")
    code = models.CharField(max_length=24)
    key = models.CharField(max_length=40, blank=True, help_text="demand class, supplier or resource")
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    plan_numerator = models.BigIntegerField(null=True)
    plan_denominator = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "code", "key"], name="scenario_figure_once")]


class ScenarioOutcome(models.Model):
    """A customer's order line that a scenario serves otherwise than the plan, or that is late or short in either."""

    run = models.ForeignKey(ScenarioRun, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    demand = models.ForeignKey("iscm_demand.Demand", on_delete=models.PROTECT, related_name="+")
    units = QuantityField(help_text="open units")
    short = QuantityField(default=0)
    late_days = models.IntegerField(default=0)
    plan_short = QuantityField(default=0)
    plan_late_days = models.IntegerField(default=0)
    gain = models.SmallIntegerField(default=0, help_text="1 better than in the plan, -1 worse, 0 the same")
    stake = models.BigIntegerField(default=0, help_text="lifetime value × churn, 1/10,000 of the company's currency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "demand"], name="scenario_outcome_once")]
        indexes = [models.Index(fields=["run", "gain", "-stake"], name="scenario_outcome_gain")]


class Takeover(models.Model):
    """Changes of a scenario, or a template, that became real: what was written, by whom, and whether it was undone."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ScenarioRun, null=True, on_delete=models.PROTECT, related_name="takeovers")
    change = models.JSONField(default=dict, help_text="the change as it was solved, or the template's parameters")
    kind = models.CharField(max_length=20)
    template = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=300)
    effects = models.JSONField(default=list, help_text="each write: what, of whom, from, to")
    amount = MoneyField(default=0, help_text="what it costs, for the policy; in the company's currency")
    state = models.CharField(max_length=10, default="waiting")
    asks_role = models.CharField(max_length=40, blank=True, help_text="whose yes it waits for")
    decision = models.ForeignKey("kernel.DecisionRecord", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [states.takeover.check("takeover")]
        indexes = [models.Index(fields=["state", "-id"], name="takeover_state")]


class StrategyTemplate(models.Model):
    """What a company made of one of the five templates: its own figures instead of the usual ones."""

    code = models.CharField(max_length=20, unique=True)
    params = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()
