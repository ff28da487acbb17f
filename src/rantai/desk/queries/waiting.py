"""What waits for people, gathered from the houses' front doors: the costliest first, for who may act on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from types import ModuleType

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from rantai.crm import facade as crm
from rantai.desk.queries import work
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.models import Job
from rantai.kernel.needs import Act, Need, NoSuchNeed, Sheet
from rantai.srm import facade as srm
from rantai.ui import nav
from rantai.ui.nav import Count

DOORS: dict[str, ModuleType] = {"suppliers": srm, "operations": iscm, "customers": crm}
PLACES = ("hurt", "money", "order")
_SECONDS = 20
"""How old the list may be; one thing and its figures are read anew whenever somebody looks at it."""
_LANGUAGES = ("en", "id", "zh-hans")
_READERS: tuple[Callable[[datetime], tuple[Need, ...]], ...] = (srm.list_needs, iscm.list_needs, crm.list_needs)


def list_needs(user: User, *, as_of: datetime) -> list[Need]:
    """Return what waits for this person, what hurts a customer first, then by what is at stake."""
    found = _read_all(as_of)
    cache.set(_key(), found, _SECONDS)
    return _choose(user, found)


def list_recent(user: User) -> list[Need]:
    """Return what waits for this person, at most so many seconds old; whatever they decide here is read anew."""
    return _choose(user, _read_recent())


def list_mine(user: User, found: list[Need]) -> list[Need]:
    """Return what is usually this person's work: by the roles that they have; everything where they have none."""
    roles = set(user.roles.values_list("code", flat=True))
    mine = [need for need in found if not need.duty or need.duty in roles]
    return mine if any(need.duty in roles for need in found) else found


def count_needs(user: User) -> Count | None:
    """Return how much waits for a person, for the rail; red where a customer is hurt."""
    found = list_mine(user, list_recent(user))
    return Count(len(found), hurt=any(need.is_hurt for need in found)) if found else None


def describe_need(user: User, key: str, *, as_of: datetime, page: int = 1) -> Sheet:
    """Return all there is to know of a need. Raises NoSuchNeed where it is gone or not this person's to see."""
    for door in (None, *DOORS.values()):
        try:
            sheet = _describe_own(key) if door is None else door.describe_need(key, as_of=as_of, page=page)
        except NoSuchNeed:
            continue
        if user.has_perm(sheet.need.permission):
            return sheet if user.has_perm(access.SEES_COST) else _hide_costs(sheet)
    raise NoSuchNeed(key)


def forget(user: User) -> None:
    """Let the rail read anew: this person decided something."""
    held = [f"desk.needs.{language}" for language in _LANGUAGES]
    cache.delete_many([*held, nav.count_key(user, "desk:needs")])


def _read_recent() -> list[Need]:
    held = cache.get(_key())
    if held is None:
        held = _read_all(clock.now())
        cache.set(_key(), held, _SECONDS)
    return held


def _key() -> str:
    return f"desk.needs.{get_language() or 'en'}"


def _read_all(as_of: datetime) -> list[Need]:
    found = [need for read in _READERS for need in read(as_of)] if parties.find_company() else []
    return sorted([*found, *_list_own()], key=_weigh)


def _weigh(need: Need) -> tuple[int, int, str]:
    return (PLACES.index(need.place), -(need.stake.amount if need.stake else 0), need.title)


def _choose(user: User, found: list[Need]) -> list[Need]:
    return _hide(user, [need for need in found if user.has_perm(need.permission)])


def _hide(user: User, found: list[Need]) -> list[Need]:
    """Take costs and margins away from who sees none; then nothing orders such needs but their day and name."""
    if user.has_perm(access.SEES_COST):
        return found
    return sorted(map(_hide_stake, found), key=_weigh)


def _hide_stake(need: Need) -> Need:
    return need if need.house == "customers" else replace(need, stake=None, stake_note="")


def _hide_costs(sheet: Sheet) -> Sheet:
    """Return a sheet without what things cost us: no cost, no margin, no amount that is made of them."""
    parts = [part if not part.tells_cost else replace(part, amount=part.note, note="") for part in sheet.parts]
    sources = tuple(replace(choice, cost="") for choice in sheet.figures.sources) if sheet.figures else ()
    return replace(
        sheet,
        need=_hide_stake(sheet.need),
        rows=tuple(map(_hide_stake, sheet.rows)),
        costs=(),
        parts=tuple(part for part in parts if part.amount),
        figures=replace(sheet.figures, sources=sources) if sheet.figures else None,
    )


def _describe_own(key: str) -> Sheet:
    found = next((need for need in _list_own() if need.key == key), None)
    if found is None:
        raise NoSuchNeed(key)
    return Sheet(need=found)


def _list_own() -> Iterator[Need]:
    parked = work.list_parked().count()
    if parked:
        yield Need(
            key="parked",
            kind="parked",
            house="",
            title=ngettext("%(n)s fact was not told", "%(n)s facts were not told", parked) % {"n": parked},
            why=_("A handler failed ten times. What waits behind it waits too."),
            permission="desk.jobs",
            url=reverse("desk:jobs"),
            count=parked,
            acts=(Act(code="retry", label=_("Tell it again"), permission="desk.jobs", key="a", done=_("Told again")),),
        )
    failed = Job.objects.filter(state="failed", cancel_asked=False).count()
    if failed:
        yield Need(
            key="failed_job",
            kind="failed_job",
            house="",
            title=ngettext("%(n)s job failed", "%(n)s jobs failed", failed) % {"n": failed},
            why=_("It was tried as often as its kind allows."),
            permission="desk.jobs",
            url=reverse("desk:jobs") + "?state=failed",
        )
