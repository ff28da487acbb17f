import django.db.models.deletion
from django.db import migrations, models

import rantai.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation_access", "0001_initial"),
        ("foundation_calendars", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_currency", models.CharField(max_length=3)),
                ("to_currency", models.CharField(max_length=3)),
                ("valid_from", models.DateField()),
                ("rate", models.BigIntegerField(help_text="in 1/1,000,000,000")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_currency", "to_currency", "valid_from"), name="exchange_rate_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="organisation", max_length=12)),
                ("name", models.CharField(help_text="personal data where the party is a person", max_length=200)),
                ("language", models.CharField(default="en", help_text="what the party is sent", max_length=10)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=40)),
                ("zone", models.CharField(blank=True, help_text="IANA time zone", max_length=60)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "canonical",
                    models.ForeignKey(
                        blank=True,
                        help_text="set by a merge",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="aliases",
                        to="foundation_parties.party",
                    ),
                ),
                ("custom", models.JSONField(blank=True, default=dict, help_text="typed custom fields")),
                ("is_anonymous", models.BooleanField(default=False, help_text="stands for buyers who were not named")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_seq", models.BigIntegerField(db_index=True, default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name"], name="party_name"),
                    models.Index(fields=["email"], name="party_email"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["organisation", "person"])), name="party_kind_legal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("canonical", models.F("id")), _negated=True), name="party_not_its_own_alias"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="foundation_parties.party",
                    ),
                ),
                ("kind", models.CharField(default="ship", help_text="ship or bill", max_length=10)),
                ("attention", models.CharField(blank=True, max_length=120)),
                ("street", models.CharField(blank=True, max_length=200)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("region", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=20)),
                ("country", models.CharField(blank=True, help_text="ISO 3166-1 alpha-2", max_length=2)),
                ("zone", models.CharField(default="UTC", help_text="IANA time zone of due dates here", max_length=60)),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="when goods are taken",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_calendars.calendar",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="foundation_access.territory",
                    ),
                ),
                ("is_default", models.BooleanField(default=False)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="company",
                        to="foundation_parties.party",
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("currency", models.CharField(help_text="base currency, ISO 4217", max_length=3)),
                ("tax_id", models.CharField(blank=True, max_length=40)),
                (
                    "zone",
                    models.CharField(default="UTC", help_text="IANA time zone of the business date", max_length=60),
                ),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "calendar",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_calendars.calendar"
                    ),
                ),
                ("fiscal_year_start_month", models.PositiveSmallIntegerField(default=1)),
                ("makes", models.BooleanField(default=True)),
                ("trades", models.BooleanField(default=True)),
                ("dropships", models.BooleanField(default=True)),
                ("serves", models.BooleanField(default=False)),
                (
                    "invoice_on",
                    models.CharField(
                        default="delivered", help_text="milestone that invoices: shipped, delivered", max_length=10
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("is_demo", models.BooleanField(default=False)),
                ("revision", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="foundation_parties.party",
                    ),
                ),
                ("purpose", models.CharField(help_text="service, marketing …", max_length=20)),
                ("channel", models.CharField(max_length=20)),
                ("granted", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("source", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts_for",
                        to="foundation_parties.party",
                    ),
                ),
                ("position", models.CharField(blank=True, max_length=80)),
                (
                    "purposes",
                    models.JSONField(default=list, help_text="orders, invoices, quality …: what this contact is sent"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("party", "person"), name="contact_once")],
            },
        ),
        migrations.CreateModel(
            name="MergeOperation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="foundation_parties.party",
                    ),
                ),
                (
                    "alias",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_into",
                        to="foundation_parties.party",
                    ),
                ),
                ("action", models.CharField(help_text="merge or undo", max_length=5)),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.mergeoperation"
                    ),
                ),
                ("evidence", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("kind", models.CharField(max_length=40)),
                ("prefix", models.CharField(max_length=12)),
                ("next_number", models.BigIntegerField(default=1)),
                ("digits", models.PositiveSmallIntegerField(default=5)),
                ("is_gapless", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "kind"), name="number_series_once")],
            },
        ),
        migrations.CreateModel(
            name="PartyIdentifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="foundation_parties.party",
                    ),
                ),
                ("kind", models.CharField(help_text="gln, tax_id, email, phone, card, social", max_length=20)),
                ("value", models.CharField(max_length=120)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "value"), name="party_identifier_once")],
            },
        ),
        migrations.CreateModel(
            name="PartyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="foundation_parties.party"
                    ),
                ),
                ("key", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PartyRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roles", to="foundation_parties.party"
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("since", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["role", "party"], name="party_role_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("party", "role"), name="party_role_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "customer",
                                    "supplier",
                                    "reseller",
                                    "agent",
                                    "carrier",
                                    "media",
                                    "association",
                                    "employee",
                                    "own",
                                ],
                            )
                        ),
                        name="party_role_legal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                ("days", models.PositiveSmallIntegerField(default=0)),
                ("end_of_month", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="TaxCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="foundation_parties.company"),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", rantai.kernel.fields.TranslatedField(default=dict)),
                ("is_inclusive", models.BooleanField(default=False, help_text="prices contain the tax")),
                ("is_reverse_charge", models.BooleanField(default=False)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="tax_code_once")],
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tax_code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rates",
                        to="foundation_parties.taxcode",
                    ),
                ),
                ("rate", models.IntegerField(help_text="in 1/10,000: 1,100 is 11 %")),
                (
                    "base_numerator",
                    models.IntegerField(default=1, help_text="taxable share of the net amount, such as 11/12"),
                ),
                ("base_denominator", models.IntegerField(default=1)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tax_code", "valid_from"), name="tax_rate_from")],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party_id", models.BigIntegerField(unique=True)),
                ("erased_at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
            ],
        ),
    ]
