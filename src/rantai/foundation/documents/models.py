"""What people attach to documents and say on them; a document is named by kind and id."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """A file kept once under its content's name."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(help_text="bytes")
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)


class Attachment(models.Model):
    """A file on a document."""

    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=30, blank=True, help_text="delivery_note, invoice … or empty")
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ref_kind", "ref_id"], name="attachment_ref")]


class Comment(models.Model):
    """Something said on a document: among us, by the customer, or to the customer."""

    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    kind = models.CharField(
        max_length=8, default="internal", help_text="internal, customer (asked by them), answer (they read it)"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, help_text="empty: the party wrote it"
    )
    party = models.ForeignKey(
        "foundation_parties.Party", null=True, on_delete=models.PROTECT, help_text="who wrote it, or reads it"
    )
    text = models.TextField(max_length=5000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in")
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True, help_text="when a customer's question had its answer")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="internal", author__isnull=False, party__isnull=True)
                | Q(kind="customer", author__isnull=True, party__isnull=False)
                | Q(kind="answer", author__isnull=False, party__isnull=False),
                name="comment_kind_legal",
            )
        ]
        indexes = [
            models.Index(fields=["ref_kind", "ref_id", "id"], name="comment_ref"),
            models.Index(
                fields=["ref_kind", "ref_id"], condition=Q(kind="customer", answered_at=None), name="comment_unanswered"
            ),
        ]


class Task(models.Model):
    """Work handed over on a document, with an owner and a date."""

    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=7, default="open")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "done", "dropped"]), name="task_state_legal")
        ]
        indexes = [
            models.Index(fields=["ref_kind", "ref_id"], name="task_ref"),
            models.Index(fields=["owner", "due_on"], condition=Q(state="open"), name="task_open"),
        ]


class Follower(models.Model):
    """A user who is told when something happens to a document."""

    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref_kind", "ref_id", "user"], name="follower_once")]


class Notification(models.Model):
    """Something a user should see: in the app, and by mail as they wish."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    ref_kind = models.CharField(max_length=40)
    ref_id = models.BigIntegerField()
    text = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="notification_user")]


class PaperTemplate(models.Model):
    """How a printed document looks in one language, as typst text; a new version is a new row."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    kind = models.CharField(max_length=30, help_text="delivery_note, invoice, purchase_order …")
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    body = models.TextField()
    logo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT)
    letterhead = models.TextField(blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "language", "version"], name="paper_template_version")
        ]


class CustomField(models.Model):
    """A field that a company added to a master or a document header."""

    owner_kind = models.CharField(max_length=40, help_text="party, item, sales_order …")
    code = models.CharField(max_length=40)
    label = models.JSONField(default=dict, help_text="{language: text}")
    type = models.CharField(max_length=10, help_text="text, number, date, choice, yes_no")
    choices = models.JSONField(default=list)
    is_required = models.BooleanField(default=False)
    is_personal = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_kind", "code"], name="custom_field_once")]
