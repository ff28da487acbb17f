"""Turn the loop into its picture, its sentence and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.desk.queries import loop as queries
from rantai.desk.queries.loop import Loop, Way
from rantai.kernel.flows import Cause, Post
from rantai.kernel.money import Money
from rantai.ui import formats, strands

HOUSES = {
    "deep": "suppliers",
    "supplier": "suppliers",
    "plant": "operations",
    "warehouse": "operations",
    "customers": "customers",
}
MOST_ROWS = 200
_NEARLY_ALL, _MOST = 0.8, 0.5


def show_picture(loop: Loop) -> strands.Strands:
    """Return the strands of the loop."""
    posts, ways = queries.show_most(loop)
    by_key = {post.key: post for post in posts}
    unit = strands.choose_unit(_find_tallest(posts, ways))
    return strands.Strands(
        title=_("What flows through the chain in the next four weeks"),
        heads=[strands.Head(text=text, house=house) for text, house in _list_heads()],
        posts=[
            strands.Post(
                key=post.key,
                column=queries.COLUMNS.index(post.column),
                name=post.name,
                house=HOUSES[post.column],
                note=" · ".join(filter(None, (post.worth, post.note))),
                hurt=post.hurt if _is_hurt(post, ways) else "",
                href=post.url,
                is_rest=post.key.startswith("rest:"),
            )
            for post in posts
        ],
        flows=[_show_way(way, by_key, loop) for way in ways if way.origin in by_key and way.target in by_key],
        unit=unit,
    )


def list_rows(loop: Loop) -> list[dict[str, Any]]:
    """Return all ways as rows of the table, in the order of the chain, the greatest first."""
    posts = {post.key: post for post in loop.posts}
    known = [way for way in loop.ways if way.origin in posts and way.target in posts]
    if len(known) > MOST_ROWS:
        shown, known = queries.show_most(loop)
        posts = {post.key: post for post in shown}
    known.sort(key=lambda way: (queries.COLUMNS.index(posts[way.origin].column), -way.amount, posts[way.origin].name))
    return [{"way": way, "origin": posts[way.origin], "target": posts[way.target]} for way in known]


def say_cause(loop: Loop) -> str:
    """Return for whose lateness nearly all or most late orders are late, as the end of a sentence; or nothing."""
    causes = _choose_causes(loop)
    if not causes:
        return ""
    share = sum(cause.orders for cause in causes) / max(1, loop.lateness.orders)
    kind = "two" if len(causes) > 1 else causes[0].kind
    said = {
        ("item", True): _("nearly all for one item"),
        ("item", False): _("most of them for one item"),
        ("supplier", True): _("nearly all because of one supplier"),
        ("supplier", False): _("most of them because of one supplier"),
        ("two", True): _("nearly all because of two suppliers"),
    }
    return said.get((kind, share >= _NEARLY_ALL), "")


def say_why(loop: Loop) -> str:
    """Return in one sentence who holds orders up, by how much at worst and since when."""
    causes = _choose_causes(loop) or [cause for cause in loop.lateness.causes if cause.kind == "supplier"][:1]
    if not causes:
        return ""
    facts = {
        "first": causes[0].name,
        "n": formats.number(causes[0].orders),
        "days": formats.number(max(cause.days for cause in causes)),
        "since": formats.day(loop.lateness.since, today=loop.today) if loop.lateness.since else "",
    }
    if len(causes) > 1:
        facts |= {"second": causes[1].name, "m": formats.number(causes[1].orders)}
        if facts["since"]:
            return (
                _("%(first)s holds up %(n)s orders and %(second)s %(m)s, by %(days)s days at worst, since %(since)s.")
                % facts
            )
        return _("%(first)s holds up %(n)s orders and %(second)s %(m)s, by %(days)s days at worst.") % facts
    if facts["since"]:
        return _("%(first)s holds up %(n)s orders, by %(days)s days at worst, since %(since)s.") % facts
    return _("%(first)s holds up %(n)s orders, by %(days)s days at worst.") % facts


def _choose_causes(loop: Loop) -> list[Cause]:
    """Return the one cause, or the two, behind most of the late orders; the narrowest that explains them."""
    orders = max(1, loop.lateness.orders)
    items = [cause for cause in loop.lateness.causes if cause.kind == "item"]
    suppliers = [cause for cause in loop.lateness.causes if cause.kind == "supplier"]
    for best in (items[:1], suppliers[:1]):
        if best and best[0].orders >= _NEARLY_ALL * orders:
            return best
    pair = suppliers[:2]
    if len(pair) == 2 and sum(cause.orders for cause in pair) >= _NEARLY_ALL * orders:
        return pair
    for best in (items[:1], suppliers[:1]):
        if best and best[0].orders >= _MOST * orders:
            return best
    return []


def _list_heads() -> list[tuple[str, str]]:
    return [
        (_("Suppliers, tier 2"), "suppliers"),
        (_("Suppliers, tier 1"), "suppliers"),
        (_("Plants"), "operations"),
        (_("Warehouses"), "operations"),
        (_("Customers"), "customers"),
    ]


def _find_tallest(posts: Sequence[Post], ways: Iterable[Way]) -> int:
    """Return what goes through the fullest column."""
    column = {post.key: post.column for post in posts}
    coming: dict[str, int] = {}
    going: dict[str, int] = {}
    for way in ways:
        if way.origin in column and way.target in column:
            coming[column[way.target]] = coming.get(column[way.target], 0) + way.amount
            going[column[way.origin]] = going.get(column[way.origin], 0) + way.amount
    return max([*coming.values(), *going.values()], default=1)


def _is_hurt(post: Post, ways: Sequence[Way]) -> bool:
    """Tell whether what is late there hurts a customer: a late supplier whom nobody feels is not red."""
    return post.column == "customers" or any(way.late for way in ways if post.key in (way.origin, way.target))


def _show_way(way: Way, posts: dict[str, Post], loop: Loop) -> strands.Flow:
    """Return a way as strands: in the colour of suppliers on the way in, of operations inside, of customers out."""
    origin, target = posts[way.origin], posts[way.target]
    house = "customers" if target.column == "customers" else HOUSES[origin.column]
    words = _("%(origin)s to %(target)s") % {"origin": origin.name, "target": target.name}
    return strands.Flow(
        origin=way.origin,
        target=way.target,
        amount=way.amount,
        late=way.late,
        planned=way.planned,
        house=house,
        words=words,
        note=say_way(way, loop),
        href=way.url,
    )


def say_way(way: Way, loop: Loop) -> str:
    """Return what goes one way in figures and words: money and lines, or lines alone."""
    if way.is_link:
        return way.what or _("amount not known")
    parts = [say_amount(way.amount, loop)]
    if way.rows and not loop.in_lines:
        parts.append(_say_lines(way.rows))
    if way.late:
        parts.append(_("%(worth)s late") % {"worth": say_amount(way.late, loop)})
    if way.planned == way.amount:
        parts.append(_("only planned"))
    elif way.planned:
        parts.append(_("%(worth)s planned") % {"worth": say_amount(way.planned, loop)})
    return " · ".join(parts)


def say_amount(amount: int, loop: Loop) -> str:
    """Return how much flows, in short: money, or lines where money is not for the reader."""
    return _say_lines(amount) if loop.in_lines else formats.money(Money(amount, loop.currency), short=True)


def _say_lines(count: int) -> str:
    return ngettext("%(n)s line", "%(n)s lines", count) % {"n": formats.number(count)}
