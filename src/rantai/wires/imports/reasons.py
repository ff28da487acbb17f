"""Why a line is set aside, in words, and what would do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TEXTS: dict[str, str | Promise] = {
    # any file
    "repeat": gettext_lazy("The same line stands in the file before; it is imported once"),
    "key_twice": gettext_lazy("Two lines say different things about the same one; keep one of them"),
    "document_incomplete": gettext_lazy("Another line of the same one is wrong; mend it and bring both again"),
    "refused": gettext_lazy("It cannot be taken over as it is"),
    "empty": gettext_lazy("This must not be empty"),
    "text_too_long": gettext_lazy("The text is too long"),
    "number_unreadable": gettext_lazy("This is no number"),
    "not_whole": gettext_lazy("This must be a whole number"),
    "too_small": gettext_lazy("The number is too small"),
    "too_large": gettext_lazy("The number is too large"),
    "not_positive": gettext_lazy("The quantity must be above zero"),
    "date_unreadable": gettext_lazy("There is no such day"),
    "date_out_of_range": gettext_lazy("The day is too far away; check the year"),
    "time_unreadable": gettext_lazy("This is no time of day; write 08:00"),
    "flag_unreadable": gettext_lazy("Write yes or no"),
    "not_a_choice": gettext_lazy("This is none of the possible values"),
    "email_unreadable": gettext_lazy("This is no e-mail address"),
    "unknown_currency": gettext_lazy("This is no currency; write three letters such as IDR"),
    "unknown_country": gettext_lazy("This is no country code; write two letters such as ID"),
    "unknown_zone": gettext_lazy("There is no such time zone; write one such as Asia/Jakarta"),
    "period_backwards": gettext_lazy("It must end after it begins"),
    # what is referred to
    "unknown_item": gettext_lazy("There is no such item; bring items first"),
    "unknown_party": gettext_lazy("There is no such party; bring parties first"),
    "unknown_location": gettext_lazy("There is no such location; add it first"),
    "unknown_calendar": gettext_lazy("There is no such calendar; bring calendars first"),
    "unknown_resource": gettext_lazy("There is no such resource; bring resources first"),
    "unknown_territory": gettext_lazy("There is no such territory; add it first"),
    "unknown_unit": gettext_lazy("There is no such unit of measure"),
    "unit_not_of_item": gettext_lazy("The item is not counted in this unit"),
    "unit_uneven": gettext_lazy("In the item's base unit this comes out too fine or too large"),
    # one kind each
    "circle": gettext_lazy("The bill would contain itself"),
    "from_itself": gettext_lazy("It would lead from a place to the same place"),
    "lane_one_end": gettext_lazy("Name either a place or a territory as its end"),
    "no_origin": gettext_lazy("Say where it is moved from"),
    "maximum_below_minimum": gettext_lazy("The maximum is below the minimum"),
    "calendar_line": gettext_lazy("Name either a weekday or a day that differs"),
    "hours_missing": gettext_lazy("Give both hours, from and to"),
    "hours_backwards": gettext_lazy("The hours must end after they begin"),
    "stock_known": gettext_lazy("This item has opening stock here already; count it instead"),
    "not_stocked": gettext_lazy("A service or a fee has no stock"),
    "no_site": gettext_lazy("Say where: there is no warehouse yet"),
    "mixed_document": gettext_lazy("The lines of one order differ here; give each its own order number"),
    "mixed_list": gettext_lazy("One price list has one currency"),
    "period_not_over": gettext_lazy("It was told before the day or the week was over"),
    "told_ahead": gettext_lazy("It cannot be known since a day that has not come yet"),
    # past orders
    "no_invoice": gettext_lazy("The order number is missing"),
    "no_item": gettext_lazy("The item code is missing"),
    "quantity_unreadable": gettext_lazy("The quantity is no number"),
    "quantity_zero": gettext_lazy("The quantity is zero"),
    "quantity_too_large": gettext_lazy("The quantity is larger than anybody sells"),
    "adjustment": gettext_lazy("An adjustment of the books, no sale"),
    "no_price": gettext_lazy("There is no price"),
    "price_unreadable": gettext_lazy("The price is no amount"),
    "amount_too_large": gettext_lazy("The amount is larger than the books hold"),
    "cancellation_without_minus": gettext_lazy("A cancellation whose quantity is not negative"),
    "invoice_known": gettext_lazy("This order came with an earlier file"),
}

ORDER_FIELDS = {
    "no_invoice": "invoice",
    "no_item": "item",
    "text_too_long": "item",
    "quantity_unreadable": "quantity",
    "quantity_zero": "quantity",
    "quantity_too_large": "quantity",
    "date_unreadable": "date",
    "date_out_of_range": "date",
    "adjustment": "price",
    "no_price": "price",
    "price_unreadable": "price",
    "amount_too_large": "quantity",
    "cancellation_without_minus": "quantity",
    "invoice_known": "invoice",
}
"""Of past orders: the cell in which a reason shows."""

HARMLESS = frozenset({"repeat", "adjustment", "no_price", "quantity_zero", "invoice_known"})
"""Reasons that ask nothing of anybody: the line is rightly left out."""


def describe(reason: str, *, detail: str = "") -> str:
    """Return why a line is set aside as a sentence."""
    text = str(TEXTS.get(reason, reason))
    return f"{text}: {detail}" if reason in ("circle", "refused") and detail else text


def explain(*, reason: str, detail: str, near: str, field: str) -> list[str]:
    """Return why a cell of `field` is wrong, and the code that was perhaps meant."""
    told = [describe(reason, detail=detail)]
    return [*told, _("Did you mean %(near)s?") % {"near": near}] if near and field else told
