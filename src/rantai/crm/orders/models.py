"""Sales orders with their schedule, what was shipped and billed of them, and closed past orders."""

from django.db import models
from django.db.models import F, Q

from rantai.crm.orders import states
from rantai.kernel.fields import MoneyField, QuantityField

CAPTURE_CHANNELS = ("staff", "shop", "api", "edi", "import")


class SalesOrder(models.Model):
    """A customer's request; firm once confirmed, when number, currency and rate are fixed."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=40, blank=True, help_text="given at confirmation")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="sales_orders")
    account = models.ForeignKey("crm_accounts.Account", on_delete=models.PROTECT, related_name="orders", db_index=False)
    ship_to = models.ForeignKey(
        "foundation_parties.Address", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    bill_to = models.ForeignKey(
        "foundation_parties.Address", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    territory = models.ForeignKey(
        "foundation_access.Territory", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    payment_term = models.ForeignKey(
        "foundation_parties.PaymentTerm", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    rate = models.BigIntegerField(default=10**9, help_text="company currency for one unit of the order's, in 1/1e9")
    state = models.CharField(max_length=10, default="draft")
    revision = models.PositiveIntegerField(default=1)
    channel = models.CharField(max_length=10, default="staff")
    customer_reference = models.CharField(max_length=80, blank=True, help_text="the customer's own number")
    sales_person = models.CharField(max_length=80, blank=True, help_text="actor, such as 'user:12'")
    ships_complete = models.BooleanField(default=False, help_text="leaves in one shipment or waits")
    net = MoneyField(default=0)
    tax = MoneyField(default=0)
    total = MoneyField(default=0, help_text="sum of the lines with tax")
    line_count = models.PositiveIntegerField(default=0)
    requested_on = models.DateField(help_text="latest date asked for")
    promised_on = models.DateField(null=True, help_text="when the last line is promised; copied from the lines")
    p80_on = models.DateField(null=True)
    is_late = models.BooleanField(default=False, help_text="an open line is expected after the date asked for")
    milestone = models.CharField(max_length=24, blank=True, help_text="of the line that is furthest behind")
    ordered_on = models.DateField(help_text="business date of the company")
    ordered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    captured_by = models.CharField(max_length=80)
    custom = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            states.ORDERS.check("sales_order"),
            models.UniqueConstraint(fields=["company", "number"], condition=~Q(number=""), name="sales_order_number"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(number=""), name="sales_order_numbered"
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="sales_order_total"),
        ]
        indexes = [
            models.Index(fields=["state", "-ordered_at"], name="sales_order_state"),
            models.Index(fields=["-ordered_at"], name="sales_order_recent"),
            models.Index(fields=["promised_on"], condition=Q(state="confirmed"), name="sales_order_due"),
            models.Index(
                fields=["customer_reference"], condition=~Q(customer_reference=""), name="sales_order_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"


class OrderHold(models.Model):
    """Why an order may not go on, and who let it go."""

    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=10)
    amount = MoneyField(default=0, help_text="exposure that the release covers, in the company's currency")
    reason = models.CharField(max_length=300, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["credit", "payment"]), name="order_hold_kind_legal"),
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(released_at__isnull=True), name="order_hold_once"
            ),
        ]


class SalesOrderLine(models.Model):
    """An item at a price: what was typed, and what it is in base units."""

    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveIntegerField(help_text="position on the document")
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(help_text="as typed, in 1/10,000 of the line's unit; falls when units are cancelled")
    unit_code = models.CharField(max_length=10)
    factor_numerator = models.BigIntegerField(default=1, help_text="base units of one unit of the line")
    factor_denominator = models.BigIntegerField(default=1)
    units = QuantityField(help_text="base units ordered and not cancelled")
    unit_price = MoneyField(help_text="for one unit of the line, four decimals")
    price_origin = models.CharField(max_length=10, default="list", help_text="list or typed")
    discount = models.IntegerField(default=0, help_text="share of the price in 1/10,000")
    tax_code = models.ForeignKey(
        "foundation_parties.TaxCode", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tax_rate = models.IntegerField(default=0, help_text="in 1/10,000 of the taxable base")
    tax_base_numerator = models.IntegerField(default=1)
    tax_base_denominator = models.IntegerField(default=1)
    is_inclusive = models.BooleanField(default=False, help_text="the price contains the tax")
    is_reverse_charge = models.BooleanField(default=False)
    net = MoneyField(default=0)
    tax = MoneyField(default=0)
    unit_cost = MoneyField(default=0, help_text="standard cost of a base unit at confirmation, company currency")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="sales_order_line_number"),
            models.CheckConstraint(condition=Q(quantity__gte=0, units__gte=0), name="sales_order_line_not_negative"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="sales_order_line_price"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=10_000), name="sales_order_line_discount"
            ),
        ]


class ScheduleLine(models.Model):
    """A quantity of a line wanted on a date: what we asked of operations and what they told us of it."""

    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="schedule", db_index=False)
    line = models.ForeignKey(SalesOrderLine, on_delete=models.PROTECT, related_name="schedule")
    number = models.PositiveSmallIntegerField(default=1)
    generation = models.PositiveSmallIntegerField(default=1, help_text="rises when the schedule line is replaced")
    units = QuantityField(help_text="base units asked, cancelled ones included")
    requested_on = models.DateField()
    ships_from = models.ForeignKey(
        "foundation_locations.Location", null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="a site that was chosen; empty: whichever serves the customer",
    )  # fmt: skip
    demand_id = models.BigIntegerField(null=True, help_text="operations' demand, by its key")
    demand_revision = models.PositiveIntegerField(default=0)
    promised_on = models.DateField(null=True, help_text="operations' promise; set by PromiseRevised alone")
    expected_on = models.DateField(null=True)
    p80_on = models.DateField(null=True)
    basis = models.CharField(max_length=12, blank=True)
    promise_revision = models.PositiveIntegerField(default=0, help_text="highest revision heard")
    promised_units = QuantityField(default=0)
    unpromised_units = QuantityField(default=0)
    slices = models.JSONField(default=list, help_text="parts with their own date")
    promise_as_of = models.DateTimeField(null=True)
    promise_cause = models.CharField(max_length=20, blank=True)
    milestone = models.CharField(max_length=24, blank=True)
    milestone_at = models.DateTimeField(null=True)
    milestone_note = models.CharField(max_length=40, blank=True, help_text="k/n of counted operations")
    fulfilled = QuantityField(default=0, help_text="base units shipped and not taken back")
    delivered = QuantityField(default=0)
    cancelled = QuantityField(default=0)
    returned = QuantityField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "number", "generation"], name="schedule_line_key"),
            models.CheckConstraint(
                condition=Q(units__gte=0, fulfilled__gte=0, delivered__gte=0, cancelled__gte=0, returned__gte=0),
                name="schedule_line_not_negative",
            ),
            models.CheckConstraint(condition=Q(units__gte=F("cancelled")), name="schedule_line_cancelled"),
        ]
        indexes = [models.Index(fields=["order", "id"], name="schedule_line_order")]


class ShipmentShare(models.Model):
    """Units of a schedule line that left in one shipment, as operations told us."""

    schedule_line = models.ForeignKey(ScheduleLine, on_delete=models.PROTECT, related_name="shares")
    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="shares", db_index=False)
    shipment_id = models.BigIntegerField(help_text="operations' shipment")
    shipment_number = models.CharField(max_length=40, blank=True)
    units = QuantityField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule_line", "shipment_id", "shipped_at"], name="shipment_share_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="shipment_share_positive"),
        ]
        indexes = [models.Index(fields=["order", "shipment_id"], name="shipment_share_order")]


class ReturnShare(models.Model):
    """Units of a schedule line that came back, as operations told us."""

    schedule_line = models.ForeignKey(ScheduleLine, on_delete=models.PROTECT, related_name="returns")
    receipt_id = models.BigIntegerField(help_text="operations' return receipt")
    units = QuantityField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule_line", "receipt_id"], name="return_share_once")]


class Invoice(models.Model):
    """What we bill, or give back as a credit note, from a series without a gap."""

    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12, default="invoice")
    number = models.CharField(max_length=40, blank=True, help_text="given as the transaction's last statement")
    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="invoices")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="invoices")
    account = models.ForeignKey(
        "crm_accounts.Account", on_delete=models.PROTECT, related_name="invoices", db_index=False
    )
    bill_to = models.ForeignKey(
        "foundation_parties.Address", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    rate = models.BigIntegerField(default=10**9, help_text="as the order's")
    state = models.CharField(max_length=8, default="issued")
    issued_on = models.DateField()
    due_on = models.DateField()
    net = MoneyField()
    tax = MoneyField()
    total = MoneyField(help_text="what the customer owes; of a credit note what we owe")
    open_amount = MoneyField(help_text="not yet paid or given back")
    open_base = MoneyField(help_text="the open amount in the company's currency, as the account counts it")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    paper = models.BigIntegerField(null=True, help_text="attachment with the printed document")
    issued_by = models.CharField(max_length=80)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            states.INVOICES.check("invoice"),
            models.CheckConstraint(condition=Q(kind__in=["invoice", "credit_note"]), name="invoice_kind_legal"),
            models.UniqueConstraint(
                fields=["company", "kind", "number"], condition=~Q(number=""), name="invoice_number"
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax"), total__gte=0), name="invoice_total"),
            models.CheckConstraint(
                condition=Q(open_amount__gte=0, open_amount__lte=F("total")), name="invoice_open_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_on", "-id"], name="invoice_recent"),
            models.Index(fields=["due_on"], condition=Q(state="issued"), name="invoice_due"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk}"


class InvoiceLine(models.Model):
    """Units of a schedule line on an invoice; a share of a shipment is billed once."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    line = models.ForeignKey(SalesOrderLine, on_delete=models.PROTECT, related_name="invoice_lines")
    share = models.ForeignKey(ShipmentShare, null=True, on_delete=models.PROTECT, related_name="invoice_lines")
    returned = models.OneToOneField(ReturnShare, null=True, on_delete=models.PROTECT, related_name="credit_line")
    units = QuantityField(help_text="base units")
    quantity = QuantityField(help_text="in the line's unit")
    net = MoneyField()
    tax = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_number"),
            models.CheckConstraint(condition=Q(units__gt=0), name="invoice_line_positive"),
        ]


class Payment(models.Model):
    """Money that arrived for an invoice, or left for a credit note."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    credit_note = models.ForeignKey(
        Invoice,
        null=True,
        on_delete=models.PROTECT,
        related_name="settlements",
        help_text="what settled it instead of money",
    )
    amount = MoneyField()
    received_on = models.DateField()
    reference = models.CharField(max_length=80, blank=True, help_text="the bank's or the customer's")
    recorded_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive")]


class PastRun(models.Model):
    """One import of closed orders: readers see it once it is current."""

    import_id = models.BigIntegerField(unique=True)
    company = models.ForeignKey("foundation_parties.Company", on_delete=models.PROTECT)
    state = models.CharField(max_length=10, default="staged")
    currency = models.CharField(max_length=3)
    lines = models.BigIntegerField(default=0)
    amount = MoneyField(default=0, help_text="sales less returns")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [states.PAST_RUNS.check("past_run")]


class PastOrderLine(models.Model):
    """A line of an order closed before we kept the books: no events, no number of ours."""

    run = models.ForeignKey(PastRun, on_delete=models.PROTECT, related_name="past_lines", db_index=False)
    invoice = models.CharField(max_length=40, help_text="the document's number at its source")
    line_number = models.IntegerField()
    is_return = models.BooleanField()
    sale_key = models.CharField(max_length=60, blank=True, help_text="of a return: its sale, where one was found")
    party = models.ForeignKey("foundation_parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey("foundation_items.Item", on_delete=models.PROTECT, related_name="+", db_index=False)
    units = QuantityField(help_text="base units, negative for a return")
    unit_price = MoneyField()
    amount = MoneyField(help_text="negative for a return")
    ordered_at = models.DateTimeField()
    country = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "invoice", "line_number"], name="past_line_once")]
        indexes = [models.Index(fields=["party", "ordered_at"], name="past_line_party")]
