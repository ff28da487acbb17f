"""Our companies, and every organisation or person we deal with."""

from django.db import models
from django.db.models import F, Q

from rantai.kernel.fields import TranslatedField


class Company(models.Model):
    """A legal entity of ours: the owner of documents, ledgers and series."""

    party = models.OneToOneField("foundation_parties.Party", on_delete=models.PROTECT, related_name="company")
    code = models.CharField(max_length=20, unique=True)
    currency = models.CharField(max_length=3, help_text="base currency, ISO 4217")
    tax_id = models.CharField(max_length=40, blank=True)
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA time zone of the business date")
    language = models.CharField(max_length=10, default="en")
    calendar = models.ForeignKey("foundation_calendars.Calendar", null=True, on_delete=models.PROTECT)
    fiscal_year_start_month = models.PositiveSmallIntegerField(default=1)
    makes = models.BooleanField(default=True)
    trades = models.BooleanField(default=True)
    dropships = models.BooleanField(default=True)
    serves = models.BooleanField(default=False)
    invoice_on = models.CharField(
        max_length=10, default="delivered", help_text="milestone that invoices: shipped, delivered"
    )
    settings = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class Party(models.Model):
    """Any organisation or person we deal with, under one key for every role."""

    kind = models.CharField(max_length=12, default="organisation")
    name = models.CharField(max_length=200, help_text="personal data where the party is a person")
    language = models.CharField(max_length=10, default="en", help_text="what the party is sent")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True, help_text="E.164")
    zone = models.CharField(max_length=60, blank=True, help_text="IANA time zone")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    canonical = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="aliases", help_text="set by a merge"
    )
    custom = models.JSONField(default=dict, blank=True, help_text="typed custom fields")
    is_anonymous = models.BooleanField(default=False, help_text="stands for buyers who were not named")
    revision = models.PositiveIntegerField(default=1)
    changed_seq = models.BigIntegerField(default=0, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["organisation", "person"]), name="party_kind_legal"),
            models.CheckConstraint(condition=~Q(canonical=F("id")), name="party_not_its_own_alias"),
        ]
        indexes = [models.Index(fields=["name"], name="party_name"), models.Index(fields=["email"], name="party_email")]

    def __str__(self) -> str:
        return self.name


class PartyRole(models.Model):
    """What a party is to us; one may have many roles."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20)
    since = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "role"], name="party_role_once"),
            models.CheckConstraint(
                condition=Q(
                    role__in=[
                        "customer",
                        "supplier",
                        "reseller",
                        "agent",
                        "carrier",
                        "media",
                        "association",
                        "employee",
                        "own",
                    ]
                ),
                name="party_role_legal",
            ),
        ]
        indexes = [models.Index(fields=["role", "party"], name="party_role_list")]


class PartyIdentifier(models.Model):
    """A key that points to a party."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=20, help_text="gln, tax_id, email, phone, card, social")
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="party_identifier_once")]


class Address(models.Model):
    """A place to send goods or papers to."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=10, default="ship", help_text="ship or bill")
    attention = models.CharField(max_length=120, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2")
    zone = models.CharField(max_length=60, default="UTC", help_text="IANA time zone of due dates here")
    calendar = models.ForeignKey(
        "foundation_calendars.Calendar",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="when goods are taken",
    )
    territory = models.ForeignKey("foundation_access.Territory", null=True, blank=True, on_delete=models.PROTECT)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)


class Contact(models.Model):
    """A person who acts for a party."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="acts_for")
    position = models.CharField(max_length=80, blank=True)
    purposes = models.JSONField(default=list, help_text="orders, invoices, quality …: what this contact is sent")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "person"], name="contact_once")]


class Consent(models.Model):
    """Permission of a party for a purpose and a channel; the newest row counts."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, help_text="service, marketing …")
    channel = models.CharField(max_length=20)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=80)


class MergeOperation(models.Model):
    """An alias made or undone, append-only: documents keep their party."""

    survivor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="merges")
    alias = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="merged_into")
    action = models.CharField(max_length=5, help_text="merge or undo")
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)


class PartyKey(models.Model):
    """The key that seals a party's personal values in the audit; erasure deletes the row."""

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="seal")
    key = models.BinaryField()


class Tombstone(models.Model):
    """A party whose personal data was erased: applied again after a restore."""

    party_id = models.BigIntegerField(unique=True)
    erased_at = models.DateTimeField()
    by = models.CharField(max_length=80)


class TaxCode(models.Model):
    """A tax by name, with its rates in time."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    code = models.CharField(max_length=20)
    name = TranslatedField()
    is_inclusive = models.BooleanField(default=False, help_text="prices contain the tax")
    is_reverse_charge = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="tax_code_once")]

    def __str__(self) -> str:
        return self.code


class TaxRate(models.Model):
    """The rate of a tax code in a half-open period."""

    tax_code = models.ForeignKey(TaxCode, on_delete=models.PROTECT, related_name="rates")
    rate = models.IntegerField(help_text="in 1/10,000: 1,100 is 11 %")
    base_numerator = models.IntegerField(default=1, help_text="taxable share of the net amount, such as 11/12")
    base_denominator = models.IntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tax_code", "valid_from"], name="tax_rate_from")]


class ExchangeRate(models.Model):
    """Units of `to_currency` for one unit of `from_currency`, from a day on."""

    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    rate = models.BigIntegerField(help_text="in 1/1,000,000,000")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_currency", "to_currency", "valid_from"], name="exchange_rate_once")
        ]


class PaymentTerm(models.Model):
    """When an invoice is due."""

    code = models.CharField(max_length=20, unique=True)
    name = TranslatedField()
    days = models.PositiveSmallIntegerField(default=0)
    end_of_month = models.BooleanField(default=False)


class NumberSeries(models.Model):
    """The next number of one kind of document of one company."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    prefix = models.CharField(max_length=12)
    next_number = models.BigIntegerField(default=1)
    digits = models.PositiveSmallIntegerField(default=5)
    is_gapless = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="number_series_once")]
