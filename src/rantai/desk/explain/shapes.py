"""Turn a chain into what pages show: a staircase, a ladder, tables of links and of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.desk.explain import rules, words
from rantai.desk.explain.queries import Node, Story
from rantai.foundation.access.models import User
from rantai.foundation.documents import rules as documents
from rantai.kernel.models import DecisionReason
from rantai.kernel.refs import PAGES, DocRef
from rantai.ui import chains, formats, shapes

IN_PICTURE = 24
IN_LADDER = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """One link: units that go from one thing to another."""

    supplier: str
    supplier_number: str
    supplier_href: str
    consumer: str
    consumer_number: str
    consumer_href: str
    item: str
    units: str
    ready_on: date | None
    slack: str
    how: str
    is_critical: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """A customer's order line that leans on what was asked about."""

    number: str
    href: str
    why_href: str
    customer: str
    item: str
    units: str
    wanted_on: date | None
    promised_on: date | None
    expected_on: date | None
    is_hurt: bool
    is_done: bool


def draw(story: Story, *, user: User, today: date, title: str) -> chains.Chain:
    """Return the chain as a picture: the critical path whole, then what is tightest."""
    nodes = _choose(story, IN_PICTURE)
    left = len(story.nodes) - len(nodes)
    others = _("and %(n)s more, in the table below") % {"n": left} if left > 0 else ""
    return _to_chain(story, nodes, user=user, today=today, title=title, others=others)


def climb(story: Story, *, user: User, today: date, title: str) -> chains.Chain:
    """Return the chain as a ladder: from the customer down the critical path, then what is tightest beside it."""
    nodes = _choose(story, IN_LADDER)
    beside = [node for node in nodes if not node.is_critical]
    left = len(story.nodes) - len(beside) - len(story.way)
    others = _("and %(n)s more") % {"n": left} if left > 0 else ""
    return _to_chain(story, [*beside, *story.way], user=user, today=today, title=title, others=others)


def _to_chain(story: Story, nodes: Sequence[Node], *, user: User, today: date, title: str, others: str) -> chains.Chain:
    root = story.root
    is_order = root.kind == "demand"
    return chains.Chain(
        title=title,
        links=[_draw_link(story, node, user=user, today=today) for node in nodes],
        promised_on=root.promised_on if is_order else None,
        p80_on=root.p80_on if is_order and root.p80_on != root.promised_on else None,
        today=today,
        others=others,
    )


def list_flows(story: Story, *, user: User) -> list[Flow]:
    """Return every link of the chain, the customer's end first."""
    links = sorted(
        story.chain.links,
        key=lambda link: (
            story.nodes[link.consumer].tier,
            link.consumer,
            story.nodes[link.supplier].tier,
            link.supplier,
        ),
    )
    return [
        Flow(
            supplier=words.label(supplier),
            supplier_number=story.numbers[supplier.key],
            supplier_href=find_page(supplier.ref, user),
            consumer=words.label(consumer),
            consumer_number=story.numbers[consumer.key],
            consumer_href=find_page(consumer.ref, user),
            item=supplier.name or supplier.label,
            units=words.amount(link.units),
            ready_on=supplier.due_on,
            slack="" if link.slack_days is None else formats.number(link.slack_days),
            how=str(words.REASONS.get(link.reason, link.reason)),
            is_critical=supplier.is_critical and consumer.is_critical,
        )
        for link in links
        for supplier, consumer in [(story.nodes[link.supplier], story.nodes[link.consumer])]
    ]


def list_served(story: Story, nodes: Iterable[Node], *, user: User) -> list[Served]:
    """Return customers' order lines with their dates."""
    return [
        Served(
            number=story.numbers[node.key],
            href=find_page(node.ref, user),
            why_href=find_why(node.ref, user),
            customer=node.party,
            item=node.name or node.label,
            units=words.amount(story.flow(node)),
            wanted_on=node.wanted_on,
            promised_on=node.promised_on,
            expected_on=node.due_on,
            is_hurt=node.is_late or bool(node.promised_on and node.wanted_on and node.promised_on > node.wanted_on),
            is_done=node.is_done,
        )
        for node in nodes
    ]


def list_reasons(rows: Iterable[DecisionReason]) -> list[shapes.Reason]:
    """Return the reasons of a proposal with their sum."""
    found = list(rows)
    shown = [
        shapes.Reason(
            str(words.WHY.get(row.code, row.code)), formats.quantity(row.units), note=row.detail.get("number", "")
        )
        for row in found
    ]
    total = sum(row.units for row in found)
    return [*shown, shapes.Reason(_("In all"), formats.quantity(total), total=True)] if found else []


def find_page(ref: DocRef | None, user: User) -> str:
    """Return the address of a thing's page, empty where it has none or this person may not open it."""
    if ref is None:
        return ""
    if ref.kind == "stock":
        allowed = user.has_perm("stock.view")
        return reverse("iscm_inventory:item_location", args=[ref.id, ref.line]) if allowed else ""
    page = PAGES.get(ref.kind)
    if page is None or not user.has_perm(documents.VIEW_PERMISSION.get(ref.kind, "")):
        return ""
    return reverse(page, args=[ref.id])


def find_why(ref: DocRef | None, user: User) -> str:
    """Return the address of a thing's own explanation, empty where this person may not ask."""
    permission = rules.find_permission(ref.kind) if ref else None
    if ref is None or permission is None or not user.has_perm(permission):
        return ""
    return reverse("desk_explain:explain", args=[ref.kind, ref.id, *([ref.line] if ref.line else [])])


def _choose(story: Story, most: int) -> list[Node]:
    """Return what a picture has room for, upstream first: each customer's end stays below what it leans on."""
    nodes = sorted(
        story.nodes.values(),
        key=lambda node: (
            not node.is_critical, not node.is_late, node.kind != "demand", node.slack_days is None,
            node.slack_days or 0, node.tier, node.key,
        ),
    )  # fmt: skip
    return sorted(nodes[:most], key=lambda node: (-node.tier, node.due_on or date.min, node.is_critical, node.key))


def _draw_link(story: Story, node: Node, *, user: User, today: date) -> chains.Link:
    start, end = node.starts_on or node.due_on, node.due_on
    expected = (min(start, end), end) if start and end else None
    length = expected[1] - expected[0] if expected else timedelta(0)
    is_leaf = node.key == story.chain.leaf and node.is_critical
    hurts = is_leaf and bool(story.chain.leaf_cause)
    return chains.Link(
        label=words.label(node),
        note=words.units(story, node),
        ref=story.numbers[node.key],
        house=words.HOUSES.get(node.kind, "operations"),
        promised=(node.promised_on - length, node.promised_on) if node.promised_on else None,
        expected=expected,
        critical=node.is_critical,
        leaf=hurts,
        cause=words.cause(story) if hurts else "",
        href=find_page(node.ref, user),
        slack_days=node.slack_days if node.key != story.root.key else None,
        here=node.key == story.root.key,
        done=node.is_done,
    )
