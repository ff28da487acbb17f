import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("demand_class", models.CharField(blank=True, help_text="empty: any", max_length=40)),
                ("max_amount", models.BigIntegerField(help_text="in 1/10,000 of the company's currency unit")),
                ("horizon_days", models.PositiveIntegerField(help_text="only what starts within so many days")),
                ("role", models.CharField(blank=True, help_text="role that is told of it", max_length=40)),
                ("set_by", models.CharField(max_length=80)),
                ("set_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=80)),
                ("ref_kind", models.CharField(max_length=40)),
                ("ref_id", models.BigIntegerField()),
                ("action", models.CharField(max_length=60)),
                ("changes", models.JSONField(default=dict, help_text="field → [before, after], nothing personal")),
                ("sealed", models.BinaryField(null=True)),
                ("sealed_for", models.BigIntegerField(help_text="party whose key seals it", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["ref_kind", "ref_id", "id"], name="audit_ref")],
            },
        ),
        migrations.CreateModel(
            name="ChangeCounter",
            fields=[
                ("name", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("value", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(help_text="purchase, production, transfer, promise, allocation …", max_length=40),
                ),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                (
                    "units",
                    rantai.kernel.fields.QuantityField(help_text="what was proposed, in 1/10,000 of the base unit"),
                ),
                ("inputs", models.JSONField(default=dict, help_text="what a replay needs")),
                ("alternatives", models.JSONField(default=list)),
                ("engine", models.CharField(blank=True, help_text="engine and version", max_length=40)),
                ("run_id", models.BigIntegerField(null=True)),
                ("state", models.CharField(default="proposed", max_length=10)),
                (
                    "policy",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.approvalpolicy"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id"], name="decision_subject"),
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["kind", "id"], name="decision_open"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["proposed", "accepted", "changed", "dismissed", "superseded"])
                        ),
                        name="decision_state_legal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reasons", to="kernel.decisionrecord"
                    ),
                ),
                (
                    "code",
                    models.CharField(help_text="order, forecast, safety_stock, minimum, multiple …", max_length=30),
                ),
                ("units", rantai.kernel.fields.QuantityField()),
                ("ref_kind", models.CharField(blank=True, max_length=40)),
                ("ref_id", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stream",
                    models.CharField(help_text="the document it happened to, such as 'sales_order:12'", max_length=80),
                ),
                ("stream_seq", models.BigIntegerField(help_text="its place in the stream, from 1 without a gap")),
                ("kind", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                ("payload", models.JSONField(help_text="ids and numbers, never personal data")),
                (
                    "txid",
                    models.BigIntegerField(
                        default=0, help_text="PostgreSQL transaction, so that a follower reads no gap"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "id"], name="event_kind")],
                "constraints": [models.UniqueConstraint(fields=("stream", "stream_seq"), name="event_stream_seq")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="kernel.event"
                    ),
                ),
                ("handler", models.CharField(max_length=120)),
                ("stream", models.CharField(max_length=80)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("error", models.TextField(blank=True)),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_at", "id"], name="delivery_due"
                    ),
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["stream", "handler", "id"],
                        name="delivery_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "handler"), name="delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "parked"])), name="delivery_state_legal"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExternalRef",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=160)),
                ("target_id", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "target_id"], name="external_ref_target")],
                "constraints": [models.UniqueConstraint(fields=("source", "kind", "key"), name="external_ref_once")],
            },
        ),
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=200)),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="idempotent_answer_once")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task", models.CharField(max_length=80)),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="of live jobs with one task and key there is one", max_length=120
                    ),
                ),
                ("payload", models.JSONField(default=dict)),
                ("state", models.CharField(default="queued", max_length=10)),
                ("priority", models.SmallIntegerField(default=0, help_text="higher first")),
                ("run_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("max_attempts", models.PositiveSmallIntegerField(default=5)),
                ("worker", models.CharField(blank=True, max_length=80)),
                ("lease_until", models.DateTimeField(null=True)),
                ("done", models.BigIntegerField(default=0, help_text="units of work finished")),
                ("total", models.BigIntegerField(help_text="units of work in all, where known", null=True)),
                ("note", models.CharField(blank=True, help_text="what it is doing", max_length=200)),
                ("cancel_asked", models.BooleanField(default=False)),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(blank=True)),
                ("actor", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["-priority", "run_at", "id"], name="job_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"]), models.Q(("key", ""), _negated=True)),
                        fields=("task", "key"),
                        name="job_one_live_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed", "cancelled"])),
                        name="job_state_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CronSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("slot", models.DateTimeField()),
                ("job", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="kernel.job")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "slot"), name="cron_slot_once")],
            },
        ),
        migrations.CreateModel(
            name="KpiValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("subject", models.CharField(blank=True, max_length=80)),
                ("day", models.DateField()),
                ("numerator", models.FloatField(help_text="statistic; its unit stands with the code", null=True)),
                ("denominator", models.FloatField(help_text="statistic; null or 0 means no activity", null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "subject", "day"), name="kpi_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("holder", models.CharField(max_length=120)),
                ("address", models.CharField(blank=True, help_text="where the holder can be asked", max_length=200)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StreamHead",
            fields=[
                ("stream", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
            ],
        ),
    ]
