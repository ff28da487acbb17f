"""Tell a chain in plain text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rantai.desk.explain import words
from rantai.desk.explain.queries import Node, Story
from rantai.iscm.messages import ChainLink
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.ui import formats

_MOST_LINES = 120


def title(story: Story) -> str:
    """Return what people call the thing that was asked about."""
    root = story.root
    kind = str(words.KINDS.get(story.ref.kind, story.ref.kind))
    if story.ref.kind == "stock":
        return f"{root.name or root.label}, {root.place}"
    number = story.numbers[root.key] if story.ref.line or story.ref.kind == "demand" else root.detail
    if not number:
        number = f"P-{story.ref.id}" if story.ref.kind == "planned_order" else str(story.ref.id)
        return f"{kind} {number}"
    return number


def say_basis(story: Story, *, today: date) -> str:
    """Return from what the chain is known."""
    if any(link.reason == "pegged" for link in story.chain.links):
        at = story.chain.as_of
        day = formats.day(at, today=today) if at else ""
        return _("By plan %(revision)s of %(day)s, and what happened since.") % {
            "revision": story.chain.plan_revision, "day": day,
        }  # fmt: skip
    if any(link.reason == "promised" for link in story.chain.links):
        return _("By what the promise itself took; no plan has seen it as it is now.")
    return _("By documents and stock moves.")


def tell(story: Story, *, today: date) -> Iterator[str]:
    """Yield the chain as lines of text: the answer, then a tree in each direction; `*` marks the critical path."""
    root = story.root
    first, rest, _is_hurt = words.answer(story, today=today)
    yield f"{title(story)} · {words.label(root)} · {words.units(story, root)}"
    yield f"{first}{rest}"
    yield say_basis(story, today=today)
    for direction, links in ((_("What this leans on"), story.below), (_("Who leans on this"), story.above)):
        starts = [node for node in story.roots or [root] if links[node.key]]
        if not starts:
            continue
        yield ""
        yield direction
        seen: set[str] = set()
        for start in starts:
            yield _say(story, start, None, today=today)
            yield from _branches(story, links, start.key, "", seen, is_down=links is story.below, today=today)


def to_data(story: Story, *, today: date) -> dict[str, Any]:
    """Return the chain for programs: dates as ISO, units in base units as text."""
    first, rest, is_hurt = words.answer(story, today=today)
    chain = asdict(story.chain)
    nodes = [_plain(node) | {"number": story.numbers[node["key"]]} for node in chain.pop("nodes")]
    links = [_plain(link) for link in chain.pop("links")]
    return {
        "ref": str(story.ref), "title": title(story), "answer": f"{first}{rest}", "is_hurt": is_hurt,
        **_plain(chain), "nodes": nodes, "links": links,
        "critical_path": [node.key for node in story.way],
    }  # fmt: skip


def _branches(
    story: Story,
    links: dict[str, list[ChainLink]],
    key: str,
    indent: str,
    seen: set[str],
    *,
    is_down: bool,
    today: date,
) -> Iterator[str]:
    if len(seen) > _MOST_LINES:
        return
    found = links[key]
    for place, link in enumerate(found):
        other = link.supplier if is_down else link.consumer
        is_last = place == len(found) - 1
        again = other in seen
        seen.add(other)
        more = _(" (as above)") if again and links[other] else ""
        yield f"{indent}{'└─ ' if is_last else '├─ '}{_say(story, story.nodes[other], link, today=today)}{more}"
        if not again:
            deeper = indent + ("   " if is_last else "│  ")
            yield from _branches(story, links, other, deeper, seen, is_down=is_down, today=today)


def _say(story: Story, node: Node, link: ChainLink | None, *, today: date) -> str:
    """Return a node on one line: number, what it is, units, dates, slack, how we know."""
    parts = [" ".join(part for part in (story.numbers[node.key], words.label(node)) if part)]
    units = words.amount(link.units) if link else words.amount(node.units)
    parts.append(f"{units} {node.name or node.label}")
    if node.due_on:
        day = formats.day(node.due_on, today=today)
        moved = node.promised_on and node.promised_on != node.due_on
        parts.append(f"{formats.day(node.promised_on, today=today)} → {day}" if moved else day)
    if link is not None and link.slack_days is not None:
        parts.append(_("slack %(days)s d") % {"days": formats.number(link.slack_days)})
    if link is not None:
        parts.append(str(words.REASONS.get(link.reason, link.reason)))
    return ("* " if node.is_critical else "") + " · ".join(parts)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_text(value) for name, value in row.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, dict) and set(value) == {"amount"}:
        return str(Quantity(value["amount"]))
    if isinstance(value, dict) and set(value) == {"kind", "id", "line"}:
        return str(DocRef(**value))
    return value.isoformat() if hasattr(value, "isoformat") else value
