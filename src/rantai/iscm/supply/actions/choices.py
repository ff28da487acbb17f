"""Choose another source for an open proposal."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Source
from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.actions.proposals import ProposalGone
from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel import changes, revisions
from rantai.kernel.money import round_half_up
from rantai.kernel.quantities import SCALE
from rantai.kernel.transactions import require_transaction


class NoSuchChoice(ValueError):
    """A source that does not bring this item to this place."""

    def __init__(self, order: PlannedOrder) -> None:
        self.order = order
        super().__init__(_("%(item)s does not come from there. Choose one of its sources.") % {"item": order.item.code})


def choose_source(order_id: int, *, source_id: int, revision: int) -> PlannedOrder:
    """Let an open purchase come from another supplier at that source's cost. Raises ProposalGone, NoSuchChoice.

    The day by which it must be there stays; whether the other supplier can keep it is told by its answer.
    """
    require_transaction()
    rows = PlannedOrder.objects.select_for_update(of=("self",)).select_related("item", "run", "company")
    order = rows.get(pk=order_id)
    if order.state != "proposed" or order.run.state != "current":
        raise ProposalGone(order)
    ways = Source.objects.filter(item_id=order.item_id, kind="buy", archived_at=None, supplier__isnull=False)
    source = ways.filter(Q(location_id=order.location_id) | Q(location=None)).filter(pk=source_id).first()
    if source is None or order.kind != "purchase":
        raise NoSuchChoice(order)
    currency = source.currency or order.company.currency
    revisions.take(
        order,
        expected=revision,
        source=source,
        supplier_id=source.supplier_id,
        unit_cost=source.cost,
        currency=currency,
        amount=_convert(source.cost * order.units // SCALE, currency, order),
        changed_seq=changes.next_change(),
    )
    return order


def _convert(amount: int, currency: str, order: PlannedOrder) -> int:
    """Return an amount in the company's currency, 0 where no rate is known."""
    if currency == order.company.currency:
        return amount
    rate = parties.find_rate(currency, order.company.currency, on=order.start_on)
    return round_half_up(amount * rate, parties.ONE) if rate else 0
