"""Tables of facts about facts: events, jobs, decisions, audit, references."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from rantai.kernel.fields import QuantityField


class Event(models.Model):
    """Something that happened, told to whoever subscribed in the same transaction."""

    stream = models.CharField(max_length=80, help_text="the document it happened to, such as 'sales_order:12'")
    stream_seq = models.BigIntegerField(help_text="its place in the stream, from 1 without a gap")
    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField()
    payload = models.JSONField(help_text="ids and numbers, never personal data")
    txid = models.BigIntegerField(default=0, help_text="PostgreSQL transaction, so that a follower reads no gap")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "stream_seq"], name="event_stream_seq")]
        indexes = [models.Index(fields=["kind", "id"], name="event_kind")]


class StreamHead(models.Model):
    """The last place taken in a stream."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField()


class Delivery(models.Model):
    """One event on its way to one handler."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)
    stream = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "parked"]), name="delivery_state_legal"),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["stream", "handler", "id"], condition=~Q(state="done"), name="delivery_open"),
        ]


class Job(models.Model):
    """Work in the background, held by a lease so that a killed worker loses nothing."""

    task = models.CharField(max_length=80)
    key = models.CharField(max_length=120, blank=True, help_text="of live jobs with one task and key there is one")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="queued")
    priority = models.SmallIntegerField(default=0, help_text="higher first")
    run_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0, help_text="units of work finished")
    total = models.BigIntegerField(null=True, help_text="units of work in all, where known")
    note = models.CharField(max_length=200, blank=True, help_text="what it is doing")
    cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    actor = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "key"],
                condition=Q(state__in=["queued", "running"]) & ~Q(key=""),
                name="job_one_live_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]), name="job_state_legal"
            ),
        ]
        indexes = [models.Index(fields=["-priority", "run_at", "id"], condition=Q(state="queued"), name="job_due")]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"


class Lease(models.Model):
    """A role that one process holds at a time: planner, scheduler, SQLite relay."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True, help_text="where the holder can be asked")
    until = models.DateTimeField()


class CronSlot(models.Model):
    """A time at which a regular job was due and was queued, once."""

    name = models.CharField(max_length=80)
    slot = models.DateTimeField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="cron_slot_once")]


class ChangeCounter(models.Model):
    """SQLite's counter behind `changed_seq`; PostgreSQL uses a sequence of that name."""

    name = models.CharField(max_length=30, primary_key=True)
    value = models.BigIntegerField(default=0)


class ExternalRef(models.Model):
    """What a source outside calls one of our documents or masters."""

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    target_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="external_ref_once")]
        indexes = [models.Index(fields=["kind", "target_id"], name="external_ref_target")]


class IdempotentAnswer(models.Model):
    """What we answered to a request with a key, so that its repetition changes nothing."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotent_answer_once")]


class AuditEntry(models.Model):
    """Who changed what, append-only; personal values stand in `sealed`, which erasure makes unreadable."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    action = models.CharField(max_length=60)
    changes = models.JSONField(default=dict, help_text="field → [before, after], nothing personal")
    sealed = models.BinaryField(null=True)
    sealed_for = models.BigIntegerField(null=True, help_text="party whose key seals it")

    class Meta:
        indexes = [models.Index(fields=["ref_kind", "ref_id", "id"], name="audit_ref")]


class DecisionRecord(models.Model):
    """Why something was proposed, and who decided it."""

    kind = models.CharField(max_length=40, help_text="purchase, production, transfer, promise, allocation …")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    units = QuantityField(help_text="what was proposed, in 1/10,000 of the base unit")
    inputs = models.JSONField(default=dict, help_text="what a replay needs")
    alternatives = models.JSONField(default=list)
    engine = models.CharField(max_length=40, blank=True, help_text="engine and version")
    run_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default="proposed")
    policy = models.ForeignKey("kernel.ApprovalPolicy", null=True, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "accepted", "changed", "dismissed", "superseded"]),
                name="decision_state_legal",
            )
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="decision_subject"),
            models.Index(fields=["kind", "id"], condition=Q(state="proposed"), name="decision_open"),
        ]


class DecisionReason(models.Model):
    """A part of a decision's units and what caused it; the parts add up."""

    decision = models.ForeignKey(DecisionRecord, on_delete=models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=30, help_text="order, forecast, safety_stock, minimum, multiple …")
    units = QuantityField()
    ref_kind = models.CharField(max_length=40, blank=True)
    ref_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)


class ApprovalPolicy(models.Model):
    """What may happen without asking a person, because a person said so."""

    kind = models.CharField(max_length=40)
    demand_class = models.CharField(max_length=40, blank=True, help_text="empty: any")
    max_amount = models.BigIntegerField(help_text="in 1/10,000 of the company's currency unit")
    horizon_days = models.PositiveIntegerField(help_text="only what starts within so many days")
    role = models.CharField(max_length=40, blank=True, help_text="role that is told of it")
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class KpiValue(models.Model):
    """A figure of one day for one subject: numerator over denominator, null without activity."""

    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    day = models.DateField()
    numerator = models.FloatField(null=True, help_text="statistic; its unit stands with the code")
    denominator = models.FloatField(null=True, help_text="statistic; null or 0 means no activity")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "subject", "day"], name="kpi_once_a_day")]
