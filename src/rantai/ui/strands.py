"""The loop as a picture: posts in columns, and between them strands, each a round amount of money; drawn on the server.

A strand is one line. What is late runs first at every post, so that red stays one thread. Where a flow passes a
column without stopping it gets a lane of its own there, so that no strand crosses a post.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

WIDTH = 1180
RIGHT = 176
"""Room for the words of the last column, which stand beside its bars."""
STEP = 3.2
BAR = 3
LABEL = 34
GAP = 14
TOP = 40
"""Room for the heads of the columns."""
MOST_STEPS = 2
"""Places behind each other within one column, such as a central warehouse before the others."""
TALLEST = 100
"""Strands of the tallest column that the unit is chosen for."""
LETTER = 0.53
"""Width of a letter in its size; a Chinese one is as wide as high."""
NAME_SIZE, NOTE_SIZE = 12.0, 11.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A place that goods come to and leave; columns run from left to right."""

    key: str
    column: int
    name: str
    house: str = ""
    note: str = ""
    hurt: str = ""
    href: str = ""
    is_rest: bool = False
    """Stands for several others; it goes last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Goods from one post to another: how much, how much of it late, how much of it only planned; amounts as integers.

    A flow without an amount is a link: drawn as one dotted line, for who is known and how much is not.
    """

    origin: str
    target: str
    amount: int = 0
    late: int = 0
    planned: int = 0
    house: str = ""
    words: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The words above a column and its house."""

    text: str
    house: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Strands:
    """What `draw` needs: posts, flows between them, the heads of the columns by number, and what a strand is worth."""

    title: str
    heads: Sequence[Head]
    posts: Sequence[Post]
    flows: Sequence[Flow]
    unit: int

    @property
    def picture(self) -> dict[str, Any]:
        """Return everything the drawing needs, in its own units."""
        return draw(self)


@dataclass(slots=True)
class _Place:
    """A post, or a lane through a column, while it is laid out."""

    key: str
    rank: int
    post: Post | None
    strands: int = 0
    late: int = 0
    y: float = 0.0
    into: list[_Leg] = field(default_factory=list)
    out: list[_Leg] = field(default_factory=list)


@dataclass(slots=True)
class _Leg:
    """Strands of one flow between two neighbouring columns."""

    flow: int
    origin: _Place
    target: _Place
    late: int
    firm: int
    planned: int
    y1: float = 0.0
    y2: float = 0.0

    @property
    def count(self) -> int:
        return self.late + self.firm + self.planned


def choose_unit(tallest: int) -> int:
    """Return a round amount (1, 2 or 5 times a power of ten) of which the tallest column has about a hundred.

    >>> choose_unit(86_000_000_000)
    1000000000
    """
    wanted = max(1, tallest // TALLEST)
    power = 10 ** (len(str(wanted)) - 1)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)


def find_columns(columns: dict[str, int], flows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return the place of posts from left to right: by column, and within one behind what feeds them.

    Flows come strongest first: of two that run against each other the stronger counts. Empty places are closed.
    """
    feeds: list[tuple[str, str]] = []
    for origin, target in flows:
        is_inside = origin in columns and target in columns and columns[origin] == columns[target]
        if is_inside and origin != target and (target, origin) not in feeds:
            feeds.append((origin, target))
    depth = dict.fromkeys(columns, 0)
    for _round in range(MOST_STEPS):
        for origin, target in feeds:
            depth[target] = max(depth[target], min(depth[origin] + 1, MOST_STEPS))
    used = sorted({(columns[key], depth[key]) for key in columns})
    return {key: used.index((columns[key], depth[key])) for key in columns}


def draw(strands: Strands) -> dict[str, Any]:
    """Place posts, lanes and strands, and return them as plain values for the template."""
    places, legs, back = _lay_out(strands)
    ranks = 1 + max((place.rank for place in places), default=0)
    xs = [round(rank * (WIDTH - RIGHT - BAR) / max(1, ranks - 1), 1) for rank in range(ranks)]
    _order(places, ranks)
    height = _stack(places, ranks)
    _seat(places)
    room = (xs[1] if ranks > 1 else WIDTH) - 14
    return {
        "title": strands.title,
        "width": WIDTH,
        "height": round(height + 6),
        "heads": _show_heads(strands, places, xs),
        "flows": _show_flows(strands, legs, xs),
        "posts": [_show_post(place, xs, ranks, room) for place in places if place.post],
        "columns": _list_columns(strands, places),
        "back": len(back),
    }


def _lay_out(strands: Strands) -> tuple[list[_Place], list[_Leg], list[Flow]]:
    strongest = sorted(strands.flows, key=lambda flow: -flow.amount)
    ranks = find_columns(
        {post.key: post.column for post in strands.posts}, [(flow.origin, flow.target) for flow in strongest]
    )
    places = {post.key: _Place(post.key, ranks[post.key], post) for post in strands.posts}
    legs: list[_Leg] = []
    back: list[Flow] = []
    for number, flow in enumerate(strands.flows):
        origin, target = places.get(flow.origin), places.get(flow.target)
        if origin is None or target is None:
            continue
        if origin.rank >= target.rank:
            back.append(flow)
            continue
        late, firm, planned = _count(flow, strands.unit)
        way = [origin, *_list_lanes(places, number, origin.rank, target.rank), target]
        for before, after in pairwise(way):
            leg = _Leg(number, before, after, late, firm, planned)
            before.out.append(leg)
            after.into.append(leg)
            legs.append(leg)
    for place in places.values():
        place.strands = max(sum(leg.count for leg in place.into), sum(leg.count for leg in place.out), 1)
        place.late = max(sum(leg.late for leg in place.into), sum(leg.late for leg in place.out))
    return list(places.values()), legs, back


def _list_lanes(places: dict[str, _Place], number: int, first: int, last: int) -> list[_Place]:
    lanes = [_Place(f"lane:{number}:{rank}", rank, None) for rank in range(first + 1, last)]
    places.update({lane.key: lane for lane in lanes})
    return lanes


def _count(flow: Flow, unit: int) -> tuple[int, int, int]:
    """Return late, firm and planned strands; what is there at all has one at least."""
    late = _round(min(flow.late, flow.amount), unit)
    planned = _round(min(flow.planned, flow.amount - min(flow.late, flow.amount)), unit)
    firm = _round(max(0, flow.amount - flow.late - flow.planned), unit)
    return (late, firm, planned) if late + firm + planned else (0, 0, 1)


def _round(amount: int, unit: int) -> int:
    return max(1, round(amount / unit)) if amount > 0 else 0


def _order(places: list[_Place], ranks: int) -> None:
    """Put posts below each other: late ones first, then by where their goods come from; rests and lanes last."""
    for rank in range(ranks):
        column = [place for place in places if place.rank == rank]
        column.sort(key=_weigh)
        for at, place in enumerate(column):
            place.y = float(at)


def _weigh(place: _Place) -> tuple[bool, bool, bool, bool, float, int, str]:
    is_rest = bool(place.post and place.post.is_rest)
    coming = sum(leg.count for leg in place.into)
    centre = sum(leg.origin.y * leg.count for leg in place.into) / coming if coming else 0.0
    is_late_lane = place.post is None and bool(place.late)
    return (not is_late_lane, place.post is None, is_rest, not place.late, centre, -place.strands, place.key)


def _stack(places: list[_Place], ranks: int) -> float:
    """Give every place its height; a post has its words above it, a lane has none. Return the whole height."""
    tallest = 0.0
    for rank in range(ranks):
        column = sorted((place for place in places if place.rank == rank), key=lambda place: place.y)
        is_last = rank == ranks - 1
        # A late lane on top is level with the bars of its neighbours.
        y = float(TOP + LABEL) if column and column[0].post is None else float(TOP)
        for place in column:
            if place.post:
                y += 0 if is_last else LABEL
            else:
                # What passes by goes as straight as what stands above it lets it.
                y = max(y, place.into[0].origin.y)
            place.y = y
            size = place.strands * STEP
            y += max(size, LABEL if is_last and place.post else 0) + (GAP if place.post else GAP / 2)
        tallest = max(tallest, y)
    return tallest


def _seat(places: list[_Place]) -> None:
    """Seat strands at each place: red first, then in the order of where they go to or come from."""
    for place in places:
        y = place.y
        for leg in sorted(place.out, key=lambda leg: (not leg.late, leg.target.y, leg.flow)):
            leg.y1, y = y, y + leg.count * STEP
        y = place.y
        for leg in sorted(place.into, key=lambda leg: (not leg.late, leg.origin.y, leg.flow)):
            leg.y2, y = y, y + leg.count * STEP


def _show_heads(strands: Strands, places: list[_Place], xs: list[float]) -> list[dict[str, Any]]:
    """Return each head over the first place of its column."""
    firsts: dict[int, int] = {}
    for place in places:
        if place.post:
            column = place.post.column
            firsts[column] = min(firsts.get(column, place.rank), place.rank)
    return [{"head": strands.heads[column], "x": xs[rank]} for column, rank in sorted(firsts.items())]


def _show_flows(strands: Strands, legs: list[_Leg], xs: list[float]) -> list[dict[str, Any]]:
    by_flow: dict[int, list[_Leg]] = defaultdict(list)
    for leg in legs:
        by_flow[leg.flow].append(leg)
    return [_show_flow(strands.flows[number], parts, xs) for number, parts in sorted(by_flow.items())]


def _show_flow(flow: Flow, legs: list[_Leg], xs: list[float]) -> dict[str, Any]:
    first = legs[0]
    paths: dict[str, list[str]] = {"late": [], "firm": [], "planned": []}
    kinds = ["late"] * first.late + ["firm"] * first.firm + ["planned"] * first.planned
    for at, kind in enumerate(kinds):
        paths[kind].append(_trace(legs, at * STEP + STEP / 2, xs))
    middle = legs[len(legs) // 2]
    return {
        "flow": flow,
        "house": flow.house or (first.origin.post.house if first.origin.post else ""),
        "is_link": not flow.amount,
        "late": "".join(paths["late"]),
        "firm": "".join(paths["firm"]),
        "planned": "".join(paths["planned"]),
        "reach": _trace(legs, first.count * STEP / 2, xs),
        "breadth": round(max(first.count * STEP, 8), 1),
        "x": round((xs[middle.origin.rank] + xs[middle.target.rank]) / 2, 1),
        "y": round((middle.y1 + middle.y2 + first.count * STEP) / 2 + 4, 1),
    }


def _trace(legs: list[_Leg], offset: float, xs: list[float]) -> str:
    """Return one strand over all its legs; it leaves and reaches every column level."""
    parts = []
    for number, leg in enumerate(legs):
        x1, x2 = xs[leg.origin.rank] + (BAR if leg.origin.post else 0), xs[leg.target.rank]
        y1, y2 = leg.y1 + offset, leg.y2 + offset
        middle = (x1 + x2) / 2
        if not number:
            parts.append(f"M{x1:g} {y1:.1f}")
        if abs(y1 - y2) < 0.1:
            parts.append(f"H{x2:g}")
        else:
            parts.append(f"C{middle:g} {y1:.1f} {middle:g} {y2:.1f} {x2:g} {y2:.1f}")
        if not leg.target.post:
            parts.append(f"h{BAR}")
    return "".join(parts)


def _show_post(place: _Place, xs: list[float], ranks: int, room: float) -> dict[str, Any]:
    post = place.post
    assert post is not None
    x, size = xs[place.rank], place.strands * STEP
    is_last = place.rank == ranks - 1
    middle = place.y + max(size, 0) / 2
    width = RIGHT - 16 if is_last else room
    note = shorten(post.note, width, NOTE_SIZE)
    if post.hurt and _measure(f"{post.note} · {post.hurt}", NOTE_SIZE) > width:
        note = ""
    return {
        "post": post,
        "x": x,
        "y": round(place.y, 1),
        "size": round(size, 1),
        "text_x": x + 12 if is_last else x,
        "name_y": round(middle - 4, 1) if is_last else round(place.y - 19, 1),
        "note_y": round(middle + 10, 1) if is_last else round(place.y - 6, 1),
        "name": shorten(post.name, width, NAME_SIZE),
        "note": note,
        "hurt": shorten(post.hurt, width, NOTE_SIZE),
    }


def _list_columns(strands: Strands, places: list[_Place]) -> list[dict[str, Any]]:
    """Return the posts by column for a narrow screen: each with its strands as a bar, and where they go."""
    names = {post.key: post.name for post in strands.posts}
    tallest = max((place.strands for place in places if place.post), default=1)
    going: dict[str, list[str]] = defaultdict(list)
    for flow in sorted(strands.flows, key=lambda flow: -flow.amount):
        if flow.target in names and names[flow.target] not in going[flow.origin]:
            going[flow.origin].append(names[flow.target])
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for place in sorted((place for place in places if place.post), key=lambda place: (place.rank, place.y)):
        post = place.post
        assert post is not None
        all_of = round(100 * place.strands / tallest, 1)
        found[post.column].append(
            {
                "post": post,
                "all": max(all_of, 1),
                "late": round(100 * place.late / tallest, 1),
                "to": ", ".join(going[post.key][:4]) + (" …" if len(going[post.key]) > 4 else ""),
            }
        )
    return [{"head": strands.heads[column], "rows": rows} for column, rows in sorted(found.items())]


def shorten(text: str, room: float, size: float) -> str:
    """Cut a text to the room it has, so that no words stand on others."""
    if _measure(text, size) <= room:
        return text
    kept = text
    while kept and _measure(kept, size) > room - size:
        kept = kept[:-1]
    return f"{kept.rstrip(' ·,')}…" if kept else ""


def _measure(text: str, size: float) -> float:
    return sum(size * (1.0 if unicodedata.east_asian_width(letter) in "WF" else LETTER) for letter in text)
