"""Working calendars: weekly shifts and the days that differ."""

from django.db import models
from django.db.models import F, Q


class Calendar(models.Model):
    """When a place, a supplier or a resource works, in its own zone."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA time zone")
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Working time of one weekday."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday … 6 Sunday")
    starts = models.PositiveIntegerField(help_text="seconds after local midnight")
    ends = models.PositiveIntegerField(help_text="seconds after local midnight, 86,400 the whole day's end")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_weekday"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends"), ends__lte=86_400), name="shift_span"),
        ]


class CalendarException(models.Model):
    """A day with other hours than its weekday: closed, or open from `starts` to `ends`."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    is_open = models.BooleanField(default=False)
    starts = models.PositiveIntegerField(default=0, help_text="seconds after local midnight")
    ends = models.PositiveIntegerField(default=86_400, help_text="seconds after local midnight")
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendar_exception_day")]
