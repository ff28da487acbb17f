"""What a change of an order moves beyond itself, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.views import ways
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.items.models import Item
from rantai.iscm import reports
from rantai.kernel import texts
from rantai.kernel.quantities import Quantity
from rantai.ui import formats

KINDS = {
    "stock": gettext_lazy("stock"),
    "purchase": gettext_lazy("a delivery to us"),
    "production": gettext_lazy("an order in production"),
    "transfer": gettext_lazy("a transfer"),
    "make": gettext_lazy("a proposal to make it"),
    "dropship": gettext_lazy("what a partner was asked to send"),
}
OUTCOMES = {
    "free": gettext_lazy("%(units)s are free for others: %(kind)s"),
    "dropped": gettext_lazy("%(units)s are not made: %(kind)s is dropped"),
    "asked": gettext_lazy("the partner is asked to send %(units)s less"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Another line that moves."""

    title: str
    note: str
    before_on: date | None
    after_on: date | None
    gains: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A ripple in words."""

    refusals: tuple[str, ...]
    moves: tuple[Move, ...]
    supplies: tuple[str, ...]
    takes: tuple[str, ...]
    frozen: tuple[str, ...]
    orphans: str
    cost: str

    @property
    def is_still(self) -> bool:
        """Tell whether nothing else moves."""
        return not (self.refusals or self.moves or self.supplies or self.takes or self.frozen or self.orphans)


def show(ripple: reports.Ripple, order: SalesOrder, *, user: User, today: date) -> Shown:
    """Return a ripple in words; what it costs only for those who may see costs."""
    wanted = {row.item_id for row in ripple.moves} | {row.item_id for row in ripple.supplies}
    items = Item.objects.select_related("base_unit").in_bulk(wanted)
    freed = [row for row in ripple.supplies if row.outcome]
    taken = [row for row in ripple.supplies if not row.outcome]
    currency = order.company.currency if user.has_perm(access.SEES_COST) else ""
    orphans = formats.quantity(ripple.orphan_units) if ripple.orphan_units else ""
    return Shown(
        refusals=tuple(line.refusal for line in ripple.lines if line.refusal),
        moves=tuple(_to_move(row, items[row.item_id]) for row in ripple.moves),
        supplies=tuple(_say_supply(row, items[row.item_id]) for row in freed),
        takes=tuple(_say_taken(row, items[row.item_id]) for row in taken),
        frozen=tuple(_say_frozen(row, items[row.item_id]) for row in freed if row.is_frozen and row.ref is not None),
        orphans=_("%(units)s would belong to nobody") % {"units": orphans} if orphans else "",
        cost=ways.say_cost(ripple.cost, currency) if currency else "",
    )


def _to_move(row: reports.RippleMove, item: Item) -> Move:
    return Move(
        title=f"{row.number} · {texts.pick(item.name) or item.code}",
        note=formats.quantity(row.units, str(item.base_unit)),
        before_on=row.before_on,
        after_on=row.after_on,
        gains=row.gains,
    )


def _say_supply(row: reports.RippleSupply, item: Item) -> str:
    units = formats.quantity(Quantity(row.before.amount - row.after.amount), str(item.base_unit))
    return str(OUTCOMES[row.outcome]) % {"units": units, "kind": KINDS[row.kind]}


def _say_taken(row: reports.RippleSupply, item: Item) -> str:
    units = formats.quantity(Quantity(row.after.amount - row.before.amount), str(item.base_unit))
    return _("%(item)s takes %(units)s: %(kind)s") % {
        "item": texts.pick(item.name) or item.code, "units": units, "kind": KINDS[row.kind],
    }  # fmt: skip


def _say_frozen(row: reports.RippleSupply, item: Item) -> str:
    units = formats.quantity(row.before, str(item.base_unit))
    return _("%(units)s of %(kind)s go on: that cannot be stopped freely any more") % {
        "units": units, "kind": KINDS[row.kind],
    }  # fmt: skip
