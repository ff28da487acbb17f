"""Turn a chain into trees that open and close: what a thing leans on, who leans on it; units add up at each level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from rantai.desk.explain import shapes, words
from rantai.desk.explain.queries import Node, Story
from rantai.foundation.access.models import User
from rantai.foundation.items.models import Item
from rantai.iscm.messages import ChainLink
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.ui import formats

DOWN, UP = "down", "up"
DEEPEST = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """Units of one item that the children of a node give (or take), and those that the node has."""

    item: str
    units: Quantity
    of: Quantity | None = None

    @property
    def says(self) -> str:
        """The sum, against the whole where the whole is known."""
        if self.of is None or self.of == self.units:
            return words.amount(self.units)
        return f"{words.amount(self.units)} / {words.amount(self.of)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A node of the tree with the link that leads to it."""

    key: str
    label: str
    number: str
    href: str
    why_href: str
    item: str
    units: Quantity
    """That flow over the link; of the root all its units."""
    unit: str
    starts_on: date | None
    due_on: date | None
    promised_on: date | None
    slack_days: int | None
    how: str
    is_critical: bool
    is_leaf: bool
    cause: str
    is_late: bool
    is_done: bool
    is_repeated: bool
    """It stands elsewhere in the tree with all that hangs on it."""
    house: str
    tier: int
    children: tuple[Branch, ...] = ()
    levels: tuple[Level, ...] = field(default=())

    @property
    def says_units(self) -> str:
        """The units as people say them."""
        return f"{words.amount(self.units)}{formats.SPACE}{self.unit}".rstrip()

    @property
    def is_open(self) -> bool:
        """Whether it stands open at first: the way to the cause, and the first level."""
        return bool(self.children) and (self.is_critical or self.how == "")

    def walk(self) -> Iterator[Branch]:
        """Yield this branch and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def grow(story: Story, *, user: User, way: str) -> tuple[Branch, ...]:
    """Return one tree for each part of what was asked about, the critical way first."""
    seen: set[str] = set()
    items = {node.item_id for node in story.nodes.values() if node.item_id}
    measures = {pk: pick(name) for pk, name in Item.objects.filter(pk__in=items).values_list("pk", "base_unit__name")}
    return tuple(
        _grow(story, node, None, user=user, way=way, seen=seen, measures=measures, depth=0)
        for node in story.roots
        if _links(story, node.key, way)
    )


def _links(story: Story, key: str, way: str) -> list[ChainLink]:
    return story.below[key] if way == DOWN else story.above[key]


def _grow(
    story: Story, node: Node, link: ChainLink | None, *, user: User, way: str, seen: set[str],
    measures: Mapping[int, str], depth: int,
) -> Branch:  # fmt: skip
    is_repeated = node.key in seen
    seen.add(node.key)
    links = [] if is_repeated or depth >= DEEPEST else sorted(_links(story, node.key, way), key=_urgency(story, way))
    again = partial(_grow, story, user=user, way=way, seen=seen, measures=measures, depth=depth + 1)
    children = tuple(again(story.nodes[_other(one, way)], one) for one in links)
    is_leaf = node.key == story.chain.leaf and node.is_critical and node.key != story.root.key
    return Branch(
        key=node.key,
        label=words.label(node),
        number=story.numbers[node.key],
        href=shapes.find_page(node.ref, user),
        why_href=shapes.find_why(node.ref, user) if depth else "",
        item=node.name or node.label,
        units=link.units if link else node.units,
        unit=measures.get((story.nodes[link.supplier] if link else node).item_id or 0, ""),
        starts_on=node.starts_on,
        due_on=node.due_on,
        promised_on=node.promised_on,
        slack_days=link.slack_days if link else None,
        how=str(words.REASONS.get(link.reason, link.reason)) if link else "",
        is_critical=node.is_critical and (link is None or story.nodes[_origin(link, way)].is_critical),
        is_leaf=is_leaf,
        cause=words.cause(story) if is_leaf else "",
        is_late=node.is_late and not node.is_done,
        is_done=node.is_done,
        is_repeated=is_repeated and bool(_links(story, node.key, way)),
        house=words.HOUSES.get(node.kind, "operations"),
        tier=node.tier,
        children=children,
        levels=tuple(_add_up(story, node, links, way)),
    )


def _add_up(story: Story, node: Node, links: list[ChainLink], way: str) -> Iterator[Level]:
    """Yield the sum of the units over the links by item; of the node's own item against the node's units."""
    sums: dict[int | None, int] = defaultdict(int)
    names: dict[int | None, str] = {}
    for link in links:
        supplier = story.nodes[link.supplier]
        sums[supplier.item_id] += link.units.amount
        names[supplier.item_id] = supplier.name or supplier.label
    for item_id, amount in sums.items():
        is_own = item_id == node.item_id and (way == UP or node.kind == "demand")
        yield Level(item=names[item_id], units=Quantity(amount), of=node.units if is_own else None)


def _other(link: ChainLink, way: str) -> str:
    return link.supplier if way == DOWN else link.consumer


def _origin(link: ChainLink, way: str) -> str:
    return link.consumer if way == DOWN else link.supplier


def _urgency(story: Story, way: str) -> Callable[[ChainLink], tuple[bool, int, str]]:
    def of(link: ChainLink) -> tuple[bool, int, str]:
        node = story.nodes[_other(link, way)]
        return not node.is_critical, link.slack_days if link.slack_days is not None else 9_999, node.key

    return of
