"""The loop as it stands: flows and figures of all houses joined, and why orders will be late; read now and then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from rantai.crm import facade as crm
from rantai.foundation.parties.models import Company
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.flows import DIRECT, HORIZON, UNDATED, Flow, Lateness, Post, Reach, Saying
from rantai.kernel.models import KpiValue
from rantai.kernel.money import Money
from rantai.kernel.needs import Figure
from rantai.srm import facade as srm
from rantai.ui import formats

SECONDS = 45
"""How old the picture may be; the page says of when it is."""
COLUMNS = ("deep", "supplier", "plant", "warehouse", "customers")
MOST = {"deep": 4, "supplier": 6, "plant": 4, "warehouse": 5, "customers": 6}
"""Posts of a column that are shown by name; the rest stand together."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """All that goes from one post to another, firm and planned together."""

    origin: str
    target: str
    amount: int
    late: int
    planned: int
    rows: int
    late_rows: int
    planned_rows: int
    is_link: bool
    what: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A figure with how it moved since a day about a week ago."""

    figure: Figure
    change: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """Everything that the loop page shows, of one instant."""

    as_of: datetime
    today: date
    currency: str
    posts: tuple[Post, ...]
    ways: tuple[Way, ...]
    sayings: dict[str, tuple[Saying, ...]]
    figures: dict[str, tuple[Change, ...]]
    late: int
    opened: int
    lateness: Lateness
    in_lines: bool = False
    """Amounts are lines instead of money: for who may not see cost."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing flows at all."""
        return not self.ways and not self.opened


def read_loop(company: Company) -> Loop:
    """Return the loop, at most so many seconds old."""
    key = f"desk.loop.{company.pk}.{get_language()}"
    found = cache.get(key)
    if found is None:
        found = _read(company, clock.now())
        cache.set(key, found, SECONDS)
    return found


def count_lines(loop: Loop) -> Loop:
    """Return the same loop without what anything costs us: strands are lines, figures of cost are left out."""
    posts = tuple(replace(post, worth="") for post in loop.posts)
    figures = {
        house: tuple(change for change in changes if not change.figure.tells_cost)
        for house, changes in loop.figures.items()
    }
    ways = tuple(map(_count_way, loop.ways))
    return replace(loop, posts=posts, ways=ways, figures=figures, in_lines=True)


def _count_way(way: Way) -> Way:
    late = min(way.rows, way.late_rows)
    planned = min(way.planned_rows, way.rows - late)
    return replace(way, amount=way.rows, late=late, planned=planned, is_link=way.is_link or not way.rows)


def last_day(loop: Loop) -> date:
    """Return the last day that the picture covers."""
    return loop.today + HORIZON - timedelta(days=1)


def list_figures(as_of: datetime) -> dict[str, tuple[Figure, ...]]:
    """Return each house's figures, upstream first."""
    return {
        "suppliers": srm.list_figures(as_of),
        "operations": iscm.list_figures(as_of),
        "customers": crm.list_figures(as_of),
    }


def show_most(loop: Loop) -> tuple[list[Post], list[Way]]:
    """Return the posts that a picture has room for: late ones and great ones by name, the others together."""
    weights = _weigh(loop.ways)
    kept: list[Post] = []
    rests: dict[str, str] = {}
    for column in COLUMNS:
        posts = [post for post in loop.posts if post.column == column]
        posts.sort(key=lambda post: (-weights[post.key][0], -weights[post.key][1], post.name))
        most = MOST[column]
        shown = posts if len(posts) <= most + 1 else posts[:most]
        kept += shown
        others = posts[len(shown) :]
        if others:
            kept.append(_gather(column, others))
            rests |= {post.key: f"rest:{column}" for post in others}
    return kept, _redirect(loop.ways, rests)


def _read(company: Company, as_of: datetime) -> Loop:
    reaches = {
        "suppliers": srm.get_reach(as_of),
        "operations": iscm.get_reach(as_of),
        "customers": crm.get_reach(as_of),
    }
    figures = list_figures(as_of)
    today = clock.business_date(as_of, company.zone)
    ways = tuple(_join(flow for reach in reaches.values() for flow in reach.flows))
    late = next(figure for figure in figures["customers"] if figure.code == "crm.late")
    count = int(late.numerator or 0)
    return Loop(
        as_of=as_of,
        today=today,
        currency=company.currency,
        posts=tuple(_merge_posts(reaches.values(), ways)),
        ways=ways,
        sayings={house: reach.sayings for house, reach in reaches.items()},
        figures=_tell_changes(figures, today),
        late=count,
        opened=int(late.denominator or 0),
        lateness=iscm.get_lateness(as_of) if count else Lateness(orders=0, since=None, causes=()),
    )


def _join(flows: Iterable[Flow]) -> Iterator[Way]:
    """Yield one way for all flows between two posts; what is late of it cannot be more than there is."""
    by_way: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        by_way[flow.origin, flow.target].append(flow)
    for (origin, target), parts in by_way.items():
        amount = sum(part.amount for part in parts)
        if not amount and all(part.kind != "link" for part in parts):
            continue
        planned = sum(part.amount for part in parts if part.kind == "planned")
        late = min(amount, sum(part.late for part in parts))
        yield Way(
            origin=origin,
            target=target,
            amount=amount,
            late=late,
            planned=min(planned, amount - late),
            rows=sum(part.rows for part in parts),
            late_rows=sum(part.late_rows for part in parts),
            planned_rows=sum(part.rows for part in parts if part.kind == "planned"),
            is_link=not amount,
            what=", ".join(dict.fromkeys(part.what for part in parts if part.what)),
            url=next((part.url for part in parts if part.kind == "firm" and part.amount), parts[0].url),
        )


def _merge_posts(reaches: Iterable[Reach], ways: Sequence[Way]) -> Iterator[Post]:
    """Yield every post that something goes through, and our own sites, with what each house says of it."""
    used = {way.origin for way in ways} | {way.target for way in ways}
    found: dict[str, Post] = {}
    for post in [*(post for reach in reaches for post in reach.posts), *_special()]:
        known = found.get(post.key)
        found[post.key] = post if known is None else replace(
            known, note=known.note or post.note, hurt=known.hurt or post.hurt, url=known.url or post.url
        )  # fmt: skip
    for key, post in found.items():
        if key in used or (post.column in ("plant", "warehouse") and key.startswith("site:")):
            yield post


def _special() -> tuple[Post, ...]:
    return (
        Post(key=DIRECT, column="warehouse", name=_("Straight to customers"), note=_("from the partner's shelf")),
        Post(key=UNDATED, column="warehouse", name=_("No date yet"), note=_("nothing stands behind these lines")),
    )


def _weigh(ways: Iterable[Way]) -> dict[str, tuple[int, int]]:
    """Return what is late and what goes in all through each post; who is behind a supplier weighs as it does."""
    late: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    links = []
    for way in ways:
        if way.is_link:
            links.append(way)
        for key in (way.origin, way.target):
            late[key] += way.late
            whole[key] += way.amount
    weights: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    weights.update({key: (late[key], whole[key]) for key in whole})
    for link in links:
        weights[link.origin] = max(weights[link.origin], weights[link.target])
    return weights


def _gather(column: str, others: Sequence[Post]) -> Post:
    count = len(others)
    hurt = sum(1 for post in others if post.hurt)
    return Post(
        key=f"rest:{column}",
        column=column,
        name=ngettext("%(n)s other", "%(n)s others", count) % {"n": formats.number(count)},
        note=", ".join(post.name for post in others[:3]) + (" …" if count > 3 else ""),
        hurt=ngettext("%(n)s of them late", "%(n)s of them late", hurt) % {"n": formats.number(hurt)} if hurt else "",
        url=others[0].url if count == 1 else "",
    )


def _redirect(ways: Iterable[Way], rests: dict[str, str]) -> list[Way]:
    by_way: dict[tuple[str, str], list[Way]] = defaultdict(list)
    for way in ways:
        by_way[rests.get(way.origin, way.origin), rests.get(way.target, way.target)].append(way)
    return [
        replace(
            parts[0],
            origin=origin,
            target=target,
            amount=sum(part.amount for part in parts),
            late=sum(part.late for part in parts),
            planned=sum(part.planned for part in parts),
            rows=sum(part.rows for part in parts),
            late_rows=sum(part.late_rows for part in parts),
            planned_rows=sum(part.planned_rows for part in parts),
            is_link=all(part.is_link for part in parts),
            what=", ".join(dict.fromkeys(part.what for part in parts if part.what)),
        )
        for (origin, target), parts in by_way.items()
        if origin != target
    ]


def _tell_changes(figures: dict[str, tuple[Figure, ...]], today: date) -> dict[str, tuple[Change, ...]]:
    """Put beside each figure how it moved since the newest snapshot that is a week old, where there is one."""
    codes = [figure.code for group in figures.values() for figure in group]
    rows = KpiValue.objects.filter(code__in=codes, subject="", day__lte=today - WEEK, day__gt=today - 2 * WEEK)
    before = {row.code: row for row in rows.order_by("day")}
    return {
        house: tuple(Change(figure=figure, change=_say_change(figure, before.get(figure.code))) for figure in group)
        for house, group in figures.items()
    }


def _say_change(figure: Figure, before: KpiValue | None) -> str:
    if before is None or before.numerator is None or figure.numerator is None:
        return ""
    if figure.form == "percent":
        if not before.denominator or not figure.denominator:
            return ""
        moved = 100 * (figure.numerator / figure.denominator - before.numerator / before.denominator)
        text = formats.number(round(abs(moved), 1))
    else:
        moved = figure.numerator - before.numerator
        text = formats.money(Money(int(abs(moved)), figure.currency), short=True) if figure.form == "money" else (
            formats.number(int(abs(moved)))
        )  # fmt: skip
    if not moved:
        return _("as last week")
    sign = "+" if moved > 0 else formats.MINUS
    return _("%(change)s on last week") % {"change": f"{sign}{text}"}
