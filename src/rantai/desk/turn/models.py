"""Turns of the loop and how each step went."""

from django.db import models
from django.db.models import Q


class TurnRun(models.Model):
    """One turn for one instant: value, forecast, target, plan, propose, share, tell."""

    as_of = models.DateTimeField(unique=True)
    state = models.CharField(max_length=8, default="running")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["running", "done", "failed"]), name="turn_state_legal")
        ]


class TurnStep(models.Model):
    """How one step of a turn went; a step that is done is not done again."""

    turn = models.ForeignKey(TurnRun, on_delete=models.CASCADE, related_name="steps")
    task = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    seconds = models.FloatField(help_text="wall time, statistic")
    figures = models.JSONField(default=dict)
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "task"], name="turn_step_once")]
