import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("key", models.CharField(help_text="such as 'order.promise_revised'", max_length=60)),
                ("language", models.CharField(max_length=10)),
                ("version", models.PositiveIntegerField()),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField(help_text="text with {{ names }}, no code")),
                ("is_active", models.BooleanField(default=True, help_text="off: this kind is not sent")),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "key", "language", "version"), name="message_template_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("key", models.CharField(max_length=60)),
                (
                    "party",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.party"),
                ),
                ("language", models.CharField(max_length=10)),
                ("channel", models.CharField(default="email", max_length=10)),
                ("address", models.CharField(help_text="as it stood when recorded", max_length=254)),
                ("dedupe_key", models.CharField(max_length=160, unique=True)),
                (
                    "purpose",
                    models.CharField(default="service", help_text="for consent: service or marketing", max_length=20),
                ),
                ("ref_kind", models.CharField(max_length=40)),
                ("ref_id", models.BigIntegerField()),
                ("values", models.JSONField(default=dict, help_text="what the template is filled with")),
                ("attachments", models.JSONField(default=list, help_text="ids of attachments of the document")),
                ("subject", models.CharField(blank=True, help_text="as sent", max_length=300)),
                ("body", models.TextField(blank=True, help_text="as sent")),
                ("state", models.CharField(default="queued", max_length=10)),
                ("not_before", models.DateTimeField(help_text="quiet hours end", null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "message_id",
                    models.CharField(
                        blank=True,
                        help_text="of the mail, made from the row so that it is the same at every attempt",
                        max_length=200,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["state", "id"],
                        name="message_due",
                    ),
                    models.Index(fields=["ref_kind", "ref_id"], name="message_ref"),
                    models.Index(fields=["party", "-id"], name="message_party"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sending", "sent", "kept", "refused", "failed"])),
                        name="message_state_legal",
                    )
                ],
            },
        ),
    ]
