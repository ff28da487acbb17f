"""Draw what the plan says: the chain of a unit, the projected stock of an item at a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.iscm import messages
from rantai.iscm.supply.queries.outlooks import StockWeek
from rantai.iscm.supply.views import words
from rantai.kernel.quantities import SCALE
from rantai.kernel.refs import PAGES, DocRef
from rantai.ui import chains, charts, formats

SHOWN = 40


def draw_chain(chain: messages.Chain, *, title: str, today: date) -> chains.Chain:
    """Return the staircase of a chain: what is furthest from the customer first."""
    nodes = sorted(chain.nodes, key=lambda node: (-node.tier, not node.is_critical, node.due_on or date.max, node.key))
    others = len(nodes) - SHOWN
    return chains.Chain(
        title=title,
        links=[_draw_link(node, chain) for node in nodes[-SHOWN:]],
        today=today,
        others=_("and %(n)s more") % {"n": others} if others > 0 else "",
    )


def draw_stock(weeks: Sequence[StockWeek], *, target: int, unit: str, today: date) -> charts.Chart:
    """Return projected stock by week against its target, with the table beside it."""
    return charts.line(
        id="projected-stock",
        title=_("Projected stock at the end of each week"),
        categories=[formats.day(week.monday, today=today) for week in weeks],
        series=[
            charts.Series(_("Projected stock"), [week.closing / SCALE for week in weeks], kind="forecast", step=True),
            charts.Series(_("Safety stock"), [target / SCALE for _week in weeks], kind="safety"),
        ],
        unit=unit,
    )


def find_page(ref: DocRef | None) -> str:
    """Return the address of a document's page, empty where it has none."""
    page = PAGES.get(ref.kind) if ref else None
    return reverse(page, args=[ref.id]) if page and ref else ""


def _draw_link(node: messages.ChainNode, chain: messages.Chain) -> chains.Link:
    span = (node.starts_on or node.due_on, node.due_on) if node.due_on else None
    promised = (node.promised_on, node.promised_on) if node.promised_on else None
    name = node.name or node.label
    is_root_cause = node.is_late and node.is_critical and not any(link.consumer == node.key for link in chain.links)
    return chains.Link(
        label=", ".join(filter(None, (str(words.NODES.get(node.kind, node.kind)), node.place))),
        note=f"{formats.quantity(node.units)} {name}" if node.units.amount else name,
        ref=node.detail,
        house=words.HOUSES.get(node.kind, "operations"),
        promised=promised,
        expected=span,
        critical=node.is_critical,
        leaf=is_root_cause,
        cause=str(words.CAUSES.get(chain.leaf_cause, "")) if is_root_cause else "",
        href=find_page(node.ref),
        slack_days=node.slack_days,
    )
