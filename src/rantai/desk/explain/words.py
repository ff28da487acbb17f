"""Say a chain in sentences: what each link is, when it comes, and why something is late."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.desk.explain.queries import Node, Story
from rantai.kernel.quantities import Quantity
from rantai.ui import formats

KINDS = {
    "sales_order": gettext_lazy("Order"),
    "demand": gettext_lazy("Order line"),
    "shipment": gettext_lazy("Shipment"),
    "goods_receipt": gettext_lazy("Goods receipt"),
    "stock": gettext_lazy("Stock"),
    "planned_order": gettext_lazy("Proposal"),
    "production_order": gettext_lazy("Production order"),
    "transfer_order": gettext_lazy("Transfer"),
    "purchase_order": gettext_lazy("Purchase order"),
    "purchase_requisition": gettext_lazy("Requisition"),
}
HOUSES = {
    "demand": "customers",
    "forecast": "customers",
    "purchase_order": "suppliers",
    "purchase_requisition": "suppliers",
    "goods_receipt": "suppliers",
}
_LABELS = {
    "shipment": gettext_lazy("Shipment from %(place)s"),
    "goods_receipt": gettext_lazy("Receipt in %(place)s"),
    "stock": gettext_lazy("On stock in %(place)s"),
    "lot": gettext_lazy("Lot in %(place)s"),
    "production_order": gettext_lazy("Made in %(place)s"),
    "transfer_order": gettext_lazy("Transfer to %(place)s"),
    "opening": gettext_lazy("Opening stock, %(place)s"),
    "stock_count": gettext_lazy("Counted in %(place)s"),
    "return_receipt": gettext_lazy("Came back to %(place)s"),
    "forecast": gettext_lazy("Expected demand, %(place)s"),
    "stock_target": gettext_lazy("Safety stock, %(place)s"),
    "requirement": gettext_lazy("Order under way"),
    "source": gettext_lazy("Not ordered yet"),
    "short": gettext_lazy("Nobody has it yet"),
}
_PLANNED = {
    "purchase": gettext_lazy("Planned purchase, %(party)s"),
    "dropship": gettext_lazy("Planned dropship, %(party)s"),
    "production": gettext_lazy("Planned make, %(place)s"),
    "transfer": gettext_lazy("Planned move to %(place)s"),
    "": gettext_lazy("Planned later, %(place)s"),
}
_LEAVES = {
    "shipment": gettext_lazy("it leaves %(place)s"),
    "goods_receipt": gettext_lazy("it came to %(place)s on %(day)s"),
    "stock": gettext_lazy("it stands in %(place)s"),
    "lot": gettext_lazy("it stands in %(place)s"),
    "opening": gettext_lazy("it stood in %(place)s from the start"),
    "stock_count": gettext_lazy("it was counted in %(place)s"),
    "return_receipt": gettext_lazy("it came back to %(place)s"),
    "production_order": gettext_lazy("%(number)s makes it by %(day)s"),
    "transfer_order": gettext_lazy("%(number)s brings it to %(place)s on %(day)s"),
    "purchase_order": gettext_lazy("%(number)s from %(party)s comes on %(day)s"),
    "purchase_requisition": gettext_lazy("%(item)s is not ordered from %(party)s yet; it could come on %(day)s"),
    "source": gettext_lazy("nothing is ordered for it yet; the date is the lead time's"),
    "short": gettext_lazy("nobody has it yet"),
}
_ENDED = {
    "purchase_order": gettext_lazy("%(number)s from %(party)s brought it"),
    "production_order": gettext_lazy("%(number)s made it by %(day)s"),
    "transfer_order": gettext_lazy("%(number)s brought it to %(place)s on %(day)s"),
}
_PLANNED_LEAVES = {
    "purchase": gettext_lazy("%(item)s has still to be bought from %(party)s; there on %(day)s"),
    "dropship": gettext_lazy("%(party)s has still to be asked to send it"),
    "production": gettext_lazy("%(item)s has still to be made in %(place)s, by %(day)s"),
    "transfer": gettext_lazy("%(item)s has still to go to %(place)s, by %(day)s"),
    "": gettext_lazy("%(item)s is planned for %(day)s"),
}
CAUSES = {
    "no_source": gettext_lazy("nothing says where it comes from"),
    "supplier_maximum": gettext_lazy("the source gives no more"),
    "effectivity": gettext_lazy("the source is not valid then"),
    "fence": gettext_lazy("inside the time fence"),
    "size": gettext_lazy("lot sizes do not allow it"),
    "shipment_rule": gettext_lazy("the order ships in one piece"),
    "max_lateness": gettext_lazy("it would come too late to be wanted"),
    "calendar": gettext_lazy("the source does not work then"),
    "circle": gettext_lazy("the bill of materials needs itself"),
    "horizon": gettext_lazy("beyond the planning horizon"),
    "due_in_past": gettext_lazy("it was due already"),
    "capacity": gettext_lazy("the machine is busy then"),
    "blocked": gettext_lazy("the item is blocked"),
    "unknown_item": gettext_lazy("the item is unknown"),
    "not_stocked": gettext_lazy("the item is not kept in stock"),
}
"""Causes that no link of the chain says by itself."""
_SHORT = {
    "source": gettext_lazy("not ordered yet"),
    "short": gettext_lazy("nobody has it"),
    "planned_order": gettext_lazy("only planned yet"),
    "purchase_requisition": gettext_lazy("not ordered yet"),
    "purchase_order": gettext_lazy("has still to come"),
    "production_order": gettext_lazy("has still to be made"),
    "transfer_order": gettext_lazy("has still to come"),
}
REASONS = {
    "pegged": gettext_lazy("by the plan"),
    "promised": gettext_lazy("promised from it"),
    "reserved": gettext_lazy("reserved"),
    "held": gettext_lazy("held for it"),
    "shipped": gettext_lazy("shipped"),
    "received": gettext_lazy("received"),
    "made": gettext_lazy("made for it"),
    "bought": gettext_lazy("bought for it"),
    "on_hand": gettext_lazy("on hand"),
    "first_in": gettext_lazy("first in, first out"),
    "short": gettext_lazy("missing"),
}
WHY = {
    "order": gettext_lazy("Customers' orders"),
    "forecast": gettext_lazy("Expected demand"),
    "requirement": gettext_lazy("Needed for orders under way"),
    "built_ahead": gettext_lazy("Built ahead for weeks that are short of hours"),
    "safety_stock": gettext_lazy("Safety stock"),
    "order_up_to": gettext_lazy("Filled up to the order-up-to level"),
    "minimum": gettext_lazy("Raised to the minimum"),
    "multiple": gettext_lazy("Rounded up to whole lots"),
}


def label(node: Node) -> str:
    """Return what a link is, without its number."""
    if node.kind == "planned_order":
        party = node.party or _("supplier to choose")
        return str(_PLANNED.get(node.note, _PLANNED[""])) % {"place": node.place, "party": party}
    if node.kind in ("demand", "purchase_order", "purchase_requisition"):
        return node.party or str(KINDS[node.kind])
    return str(_LABELS.get(node.kind, node.kind)) % {"place": node.place}


def units(story: Story, node: Node) -> str:
    """Return how many units of the node this chain is about, and of what."""
    flow = story.flow(node)
    if node.units.amount > flow.amount > 0:
        count = _("%(flow)s of %(units)s") % {"flow": amount(flow), "units": amount(node.units)}
    else:
        count = amount(flow)
    return f"{count} {node.name or node.label}" if flow.amount or node.units.amount else node.name or node.label


def amount(units: Quantity) -> str:
    """Return units as people say them: what a forecast splits has two decimals at most."""
    return formats.number(round(units.decimal, 2).normalize() + 0)


def leaf(story: Story, *, today: date) -> str:
    """Return the end of the critical path as half a sentence."""
    node = story.leaf
    said = str(CAUSES.get(story.chain.leaf_cause, ""))
    if said:
        return said
    table = _ENDED if node.is_done and node.kind in _ENDED else _LEAVES
    text = _PLANNED_LEAVES.get(node.note, _PLANNED_LEAVES[""]) if node.kind == "planned_order" else table.get(node.kind)
    if text is None:
        return ""
    named = str(text) % {
        "number": story.numbers[node.key] or label(node),
        "party": node.party or _("a supplier to choose"),
        "place": node.place or _("a place to choose"),
        "item": node.name or node.label,
        "day": formats.day(node.due_on, today=today) if node.due_on else "–",
    }
    return f"{named}, {_later_than_asked(node)}" if node.is_late and not node.is_done else named


def cause(story: Story) -> str:
    """Return in a few words what is wrong at the end of the critical path, for a picture that names the end itself."""
    node = story.leaf
    if node.is_late and not node.is_done:
        return _later_than_asked(node)
    return str(CAUSES.get(story.chain.leaf_cause) or _SHORT.get(node.kind) or "")


def answer(story: Story, *, today: date) -> tuple[str, str, bool]:
    """Return the answer in two parts, the first red where it hurts a customer."""
    root = story.root
    if root.kind != "demand":
        return _answer_supply(story, today=today)
    missing = sum(node.units.amount for node in story.nodes.values() if node.kind == "short")
    because = leaf(story, today=today)
    if missing:
        said = _("%(units)s × %(item)s without supply")
        return said % {"units": formats.quantity(missing), "item": root.name or root.label}, f": {because}", True
    day = formats.day(root.due_on, today=today)
    if root.is_done:
        return _answer_ended(root, day, because)
    if root.promised_on is None:
        return _("No date is promised yet"), f": {because}", True
    late = (root.due_on - root.promised_on).days if root.due_on else 0
    if late > 0:
        text = ngettext("%(day)s, %(n)s day after the promise", "%(day)s, %(n)s days after the promise", late)
        return text % {"day": day, "n": late}, f": {because}", True
    promised = formats.day(root.promised_on, today=today)
    wanted = (root.promised_on - root.wanted_on).days if root.wanted_on else 0
    if wanted > 0:
        text = ngettext("%(day)s, %(n)s day later than wanted", "%(day)s, %(n)s days later than wanted", wanted)
        return text % {"day": promised, "n": wanted}, f": {because}", True
    return _("%(day)s, as wanted") % {"day": promised}, f": {because}", False


def _answer_ended(root: Node, day: str, because: str) -> tuple[str, str, bool]:
    late = (root.due_on - root.promised_on).days if root.due_on and root.promised_on else 0
    if late > 0:
        text = ngettext("There on %(day)s, %(n)s day late", "There on %(day)s, %(n)s days late", late)
        return text % {"day": day, "n": late}, f": {because}", True
    return _("There on %(day)s, as promised") % {"day": day}, f": {because}", False


def _answer_supply(story: Story, *, today: date) -> tuple[str, str, bool]:
    served = story.list_served()
    if not served:
        return _("No order of a customer leans on it"), "", False
    late = sum(node.is_late or _is_unwanted(node) for node in served)
    if late:
        said = _("%(late)s of %(n)s order lines that lean on it are late") % {"late": late, "n": len(served)}
        because = f": {leaf(story, today=today)}" if story.leaf.is_late and not story.leaf.is_done else ""
        return said, because, True
    count = ngettext("%(n)s order line of a customer leans on it", "%(n)s order lines of customers lean on it",
                     len(served)) % {"n": len(served)}  # fmt: skip
    return count, "", False


def _is_unwanted(node: Node) -> bool:
    return bool(node.promised_on and node.wanted_on and node.promised_on > node.wanted_on and not node.is_done)


def _later_than_asked(node: Node) -> str:
    days = (node.due_on - node.promised_on).days if node.due_on and node.promised_on else 0
    return ngettext("%(n)s day later than asked", "%(n)s days later than asked", days) % {"n": days}
