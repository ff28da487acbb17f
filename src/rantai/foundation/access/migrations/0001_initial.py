import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                ("permissions", models.JSONField(default=list, help_text="permission names such as 'orders.confirm'")),
                ("is_builtin", models.BooleanField(default=False)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="foundation_access.territory",
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        blank=True, help_text="codes from the root, each followed by a slash", max_length=400
                    ),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["path"], name="territory_path")],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(default="staff", max_length=8)),
                ("language", models.CharField(blank=True, help_text="empty: as the browser asks", max_length=10)),
                ("zone", models.CharField(blank=True, help_text="IANA time zone; empty: the company's", max_length=60)),
                ("theme", models.CharField(default="system", help_text="light, dark or system", max_length=6)),
                ("is_active", models.BooleanField(default=True)),
                ("is_admin", models.BooleanField(default=False, help_text="may do everything, users included")),
                ("hides_cost", models.BooleanField(default=False, help_text="sees no cost and no margin")),
                (
                    "digest",
                    models.CharField(
                        default="daily", help_text="notifications by mail: now, daily, never", max_length=7
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deactivated_at", models.DateTimeField(null=True)),
                ("roles", models.ManyToManyField(blank=True, related_name="users", to="foundation_access.role")),
                ("teams", models.ManyToManyField(blank=True, related_name="members", to="foundation_access.team")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["staff", "partner"])), name="user_kind_legal"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(help_text="what is shown of the key", max_length=12, unique=True)),
                ("secret_hash", models.CharField(max_length=64)),
                ("scopes", models.JSONField(default=list)),
                (
                    "user",
                    models.ForeignKey(
                        help_text="for whom it acts",
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("page", models.CharField(help_text="URL name", max_length=80)),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=800)),
                ("is_shared", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="team",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
