"""What the API takes and gives: amounts and quantities are decimal text, days are ISO dates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema

from rantai.crm.messages import OrderView, TrackedParcel
from rantai.iscm.messages import Offer
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity

Figure = str


class LineIn(Schema):
    """A wanted line."""

    item: str = Field(description="item code", max_length=60)
    quantity: Figure = Field(description="decimal text, in `unit`", max_length=30)
    unit: str = Field("", description="empty: the item's base unit", max_length=10)
    requested_on: date
    unit_price: Figure | None = Field(None, description="decimal text; none takes the price list", max_length=30)


class OrderIn(Schema):
    """A wanted order."""

    customer: int = Field(description="party id")
    reference: str = Field("", description="the customer's own number", max_length=80)
    lines: list[LineIn] = Field(min_length=1, max_length=1000)
    confirm: bool = Field(False, description="make it firm at once with the dates that are offered")


class RevisionIn(Schema):
    """The revision that the caller has seen."""

    revision: int


class LineChangeIn(Schema):
    """What a line should become."""

    line: int = Field(description="line id, as the order shows it")
    quantity: Figure | None = Field(None, description="decimal text, in the line's unit", max_length=30)
    requested_on: date | None = None
    item: str = Field("", description="code of another item that takes what has not left", max_length=60)


class ChangeIn(Schema):
    """Changes of a confirmed order, and the revision that the caller has seen."""

    revision: int
    lines: list[LineChangeIn] = Field(min_length=1, max_length=1000)


class ForecastChangeIn(Schema):
    """What a person knows better than the forecast: either `quantity` or `percent`."""

    item: str = Field(description="item code", max_length=60)
    location: str = Field("", description="location code; empty: every location together", max_length=60)
    customer: int | None = Field(None, description="party id of the customer whose part it is; none: all together")
    starts_on: date
    ends_on: date = Field(description="the day after the last one")
    quantity: Figure | None = Field(None, description="decimal text a week, in the item's base unit", max_length=30)
    percent: int | None = Field(None, description="of what is expected; 120 is a fifth more", ge=0, le=10_000)
    reason: str = Field(description="read by whoever asks next year", max_length=300)


class ForecastChangeOut(Schema):
    """A change that holds now."""

    id: int


class LineOut(Schema):
    """A line with its dates."""

    line: int
    schedule: int
    item: int
    quantity: Figure
    requested_on: date
    promised_on: date | None
    p80_on: date | None
    basis: str
    milestone: str


class OrderHeader(Schema):
    """An order without its lines."""

    id: int
    number: str
    state: str
    revision: int
    customer: int
    reference: str
    currency: str
    net: Figure
    tax: Figure
    total: Figure
    ordered_on: date


class OrderOut(OrderHeader):
    """An order as it stands."""

    lines: list[LineOut]


class OrderPage(Schema):
    """A page of orders; `next` is the cursor of the one after it."""

    rows: list[OrderHeader]
    next: int | None


class AskIn(Schema):
    """A question of dates."""

    item: str
    quantity: Figure
    requested_on: date
    ship_to: int | None = Field(None, description="address id")


class SliceOut(Schema):
    """A part of the quantity with its own date."""

    quantity: Figure
    basis: str
    promised_on: date
    p50_on: date
    p80_on: date
    p90_on: date


class OfferOut(Schema):
    """Dates that hold until `expires_at` if nobody takes the supplies first."""

    slices: list[SliceOut]
    unpromised: Figure
    reason: str
    plan_revision: int | None
    expires_at: datetime


class StockOut(Schema):
    """Stock of an item at a place."""

    item: str
    location: str
    on_hand: Figure
    reserved: Figure
    available: Figure


class StockPage(Schema):
    """A page of stock; `next` is the cursor of the one after it."""

    rows: list[StockOut]
    next: str | None


class ParcelOut(Schema):
    """A shipment on its way or arrived."""

    number: str
    carrier: str
    tracking: str
    shipped_on: date
    delivered_on: date | None


class TrackingOut(Schema):
    """What a customer sees of an order."""

    number: str
    state: str
    lines: list[LineOut]
    parcels: list[ParcelOut]


def show_quantity(amount: int) -> Figure:
    """Write a quantity as decimal text."""
    return str(Quantity(amount))


def show_money(amount: int, currency: str) -> Figure:
    """Write an amount as decimal text."""
    value: Decimal = Money(amount, currency).decimal
    return f"{value:f}"


def show_order(order: OrderView) -> OrderOut:
    """Return an order's shape."""
    return OrderOut(**_describe(order), lines=show_lines(order))


def show_header(order: OrderView) -> OrderHeader:
    """Return an order's shape without its lines."""
    return OrderHeader(**_describe(order))


def _describe(order: OrderView) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "state": order.state,
        "revision": order.revision,
        "customer": order.party_id,
        "reference": order.customer_reference,
        "currency": order.currency,
        "net": show_money(order.net, order.currency),
        "tax": show_money(order.tax, order.currency),
        "total": show_money(order.total, order.currency),
        "ordered_on": order.ordered_on,
    }


def show_parcel(parcel: TrackedParcel) -> ParcelOut:
    """Return a parcel's shape."""
    return ParcelOut(
        number=parcel.number,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        shipped_on=parcel.shipped_on,
        delivered_on=parcel.delivered_on,
    )


def show_lines(order: OrderView) -> list[LineOut]:
    """Return an order's lines."""
    return [
        LineOut(
            line=row.line,
            schedule=row.schedule,
            item=row.item_id,
            quantity=str(row.units),
            requested_on=row.requested_on,
            promised_on=row.promised_on,
            p80_on=row.p80_on,
            basis=row.basis,
            milestone=row.milestone,
        )
        for row in order.lines
    ]


def show_offer(offer: Offer) -> OfferOut:
    """Return the offer of the one line that was asked."""
    line = offer.lines[0]
    return OfferOut(
        slices=[
            SliceOut(
                quantity=str(part.units),
                basis=part.basis,
                promised_on=part.promised_on,
                p50_on=part.p50_on,
                p80_on=part.p80_on,
                p90_on=part.p90_on,
            )
            for part in line.slices
        ],
        unpromised=str(line.unpromised),
        reason=line.reason,
        plan_revision=offer.plan_revision,
        expires_at=offer.expires_at,
    )
