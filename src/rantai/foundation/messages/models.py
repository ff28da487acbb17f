"""What we tell people outside, kept as rows before anything is sent."""

from django.db import models
from django.db.models import Q


class MessageTemplate(models.Model):
    """The words of one kind of message in one language; a new version is a new row."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    key = models.CharField(max_length=60, help_text="such as 'order.promise_revised'")
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    body = models.TextField(help_text="text with {{ names }}, no code")
    is_active = models.BooleanField(default=True, help_text="off: this kind is not sent")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "key", "language", "version"], name="message_template_version")
        ]


class OutgoingMessage(models.Model):
    """One message to one party: recorded with its cause, sent afterwards, once."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    key = models.CharField(max_length=60)
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, default="email")
    address = models.CharField(max_length=254, help_text="as it stood when recorded")
    dedupe_key = models.CharField(max_length=160, unique=True)
    purpose = models.CharField(max_length=20, default="service", help_text="for consent: service or marketing")
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    values = models.JSONField(default=dict, help_text="what the template is filled with")
    attachments = models.JSONField(default=list, help_text="ids of attachments of the document")
    subject = models.CharField(max_length=300, blank=True, help_text="as sent")
    body = models.TextField(blank=True, help_text="as sent")
    state = models.CharField(max_length=10, default="queued")
    not_before = models.DateTimeField(null=True, help_text="quiet hours end")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(
        max_length=200, blank=True, help_text="of the mail, made from the row so that it is the same at every attempt"
    )
    recorded_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "kept", "refused", "failed"]),
                name="message_state_legal",
            )
        ]
        indexes = [
            models.Index(fields=["state", "id"], condition=Q(state__in=["queued", "sending"]), name="message_due"),
            models.Index(fields=["ref_kind", "ref_id"], name="message_ref"),
            models.Index(fields=["party", "-id"], name="message_party"),
        ]
