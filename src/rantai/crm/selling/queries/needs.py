"""What waits for sales people: deals whose day went by, agreements about to end, call-offs that did not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.crm.selling.models import Opportunity, SalesAgreement
from rantai.crm.selling.queries import agreements, naming
from rantai.crm.selling.rules import RENEWAL_DAYS, is_renewal_time
from rantai.crm.selling.states import OPEN_STAGES
from rantai.foundation.parties.models import Company
from rantai.kernel import needs
from rantai.kernel.money import MAX_AMOUNT, Money
from rantai.kernel.needs import Need, NoSuchNeed, Sheet
from rantai.kernel.refs import DocRef
from rantai.ui import formats

FEW = 3
"""So many of one kind stand one by one; more are one bundle that opens."""
_DUTY = "sales"


@dataclass(frozen=True, slots=True)
class _Kind:
    """Deals or agreements that wait for the same thing."""

    code: str
    list_ids: Callable[[Company, date], list[int]]
    show: Callable[[Company, Sequence[int], date], Iterator[Need]]


def list_needs(company: Company, on: date) -> Iterator[Need]:
    """Yield what sales people have to do about deals and agreements, those alike as one."""
    for kind in _KINDS.values():
        ids = kind.list_ids(company, on)
        if len(ids) > FEW:
            yield _show_many(kind, ids, company, on)
        else:
            yield from kind.show(company, ids, on)


def describe_need(key: str, company: Company, on: date, *, page: int = 1) -> Sheet:
    """Return all there is to know of a need; raises NoSuchNeed where nobody waits for it any more."""
    code, rest = needs.split_key(key)
    if code not in _KINDS:
        raise NoSuchNeed(key)
    kind = _KINDS[code]
    ids = kind.list_ids(company, on)
    if rest:
        found = next(kind.show(company, [pk for pk in ids if pk == needs.read_id(rest, key)], on), None)
        if found is None:
            raise NoSuchNeed(key)
        return Sheet(need=found)
    if not ids:
        raise NoSuchNeed(key)
    start = (page - 1) * needs.PAGE
    rows = tuple(kind.show(company, ids[start : start + needs.PAGE], on))
    return Sheet(need=_show_many(kind, ids, company, on), rows=rows, total=len(ids))


def _list_undecided(company: Company, on: date) -> list[int]:
    """Return open deals that should have been decided by now, the largest first."""
    rows = Opportunity.objects.filter(company=company, state__in=OPEN_STAGES, expected_on__lt=on)
    return list(rows.order_by("-amount", "pk").values_list("pk", flat=True))


def _list_ending(company: Company, on: date) -> list[int]:
    """Return running agreements within their renewal time that nobody renewed, those that end first before others."""
    rows = agreements.list_running(company.pk, today=on).filter(
        Q(last_to__lte=on + timedelta(days=RENEWAL_DAYS), is_renewed=False), ended_from=None
    )
    found = rows.order_by("valid_to", "pk").values_list("pk", "valid_from", "valid_to")
    return [pk for pk, first, last in found if is_renewal_time(first, last, today=on)]


def _show_deals(company: Company, ids: Sequence[int], on: date) -> Iterator[Need]:
    rows = Opportunity.objects.select_related("account__party").in_bulk(ids)
    for row in (rows[pk] for pk in ids if pk in rows):
        facts = {"deal": row.title, "customer": row.account.party.name, "day": formats.day(row.expected_on, today=on)}
        yield Need(
            key=f"deal_overdue:{row.pk}", kind="deal_overdue", house="customers",
            title=_("%(deal)s with %(customer)s: decided?") % facts,
            why=_("It was to be decided by %(day)s. Say what came of it, or name another day: the forecast counts it"
                  " as it stands.") % facts,
            permission="selling.edit", url=reverse("crm_selling:deal", args=[row.pk]),
            ref=DocRef("opportunity", row.pk), stake=Money(row.amount, company.currency),
            stake_note=_("in the pipeline"), due_on=row.expected_on, duty=_DUTY,
        )  # fmt: skip


def _show_ending(company: Company, ids: Sequence[int], on: date) -> Iterator[Need]:
    for row in _read_agreements(ids):
        facts = _name(row) | {"day": formats.day(row.valid_to, today=on)}
        yield Need(
            key=f"agreement_ends:{row.pk}", kind="agreement_ends", house="customers",
            title=_("%(agreement)s of %(customer)s ends and nobody renewed it") % facts,
            why=_("It covers no call-off from %(day)s on. Renew it, or the forecast goes back to what orders tell.")
            % facts,
            permission="selling.edit", url=reverse("crm_selling:agreement", args=[row.pk]),
            ref=DocRef("sales_agreement", row.pk), due_on=row.valid_to, duty=_DUTY,
        )  # fmt: skip


def _show_behind(company: Company, ids: Sequence[int], on: date) -> Iterator[Need]:
    for row in _read_agreements(ids):
        yield Need(
            key=f"call_off_overdue:{row.pk}", kind="call_off_overdue", house="customers",
            title=_("%(customer)s called off less of %(agreement)s than planned") % _name(row),
            why=_("Ask whether they still want it, or change the schedule: stock is held for what is planned."),
            permission="selling.edit", url=reverse("crm_selling:agreement", args=[row.pk]),
            ref=DocRef("sales_agreement", row.pk), duty=_DUTY,
        )  # fmt: skip


def _show_many(kind: _Kind, ids: Sequence[int], company: Company, on: date) -> Need:
    worth = sum(_list_amounts(ids)) if kind.code == "deal_overdue" else 0
    words = {"n": formats.number(len(ids))}
    return Need(
        key=kind.code, kind=kind.code, house="customers", title=_name_many(kind.code, len(ids)) % words,
        why=_say_why(kind.code), permission="selling.edit", url=_address(kind.code, on),
        stake=Money(min(worth, MAX_AMOUNT), company.currency) if worth else None,
        stake_note=_("in the pipeline") if worth else "", count=len(ids), duty=_DUTY,
    )  # fmt: skip


def _list_amounts(ids: Sequence[int]) -> Iterator[int]:
    for start in range(0, len(ids), _CHUNK):
        yield from Opportunity.objects.filter(pk__in=ids[start : start + _CHUNK]).values_list("amount", flat=True)


def _name_many(code: str, count: int) -> str:
    return {
        "deal_overdue": ngettext("%(n)s deal should be decided by now", "%(n)s deals should be decided by now", count),
        "agreement_ends": ngettext("%(n)s agreement ends and nobody renewed it",
                                   "%(n)s agreements end and nobody renewed them", count),
        "call_off_overdue": ngettext("Of %(n)s agreement less was called off than planned",
                                     "Of %(n)s agreements less was called off than planned", count),
    }[code]  # fmt: skip


def _say_why(code: str) -> str:
    return {
        "deal_overdue": _("Say what came of them, or name another day: the forecast counts them as they stand."),
        "agreement_ends": _("Renew them, or the forecast goes back to what orders tell."),
        "call_off_overdue": _("Ask whether they still want it, or change the schedule: stock is held for what is"
                              " planned."),
    }[code]  # fmt: skip


def _address(code: str, on: date) -> str:
    until = on + timedelta(days=RENEWAL_DAYS)
    return {
        "deal_overdue": reverse("crm_selling:pipeline") + "?overdue=1",
        "agreement_ends": reverse("crm_selling:agreements")
        + f"?standing=running&unrenewed=1&ends_to={until.isoformat()}",
        "call_off_overdue": reverse("crm_selling:agreements") + "?behind=1",
    }[code]


def _read_agreements(ids: Sequence[int]) -> list[SalesAgreement]:
    rows = SalesAgreement.objects.select_related("account__party").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def _name(row: SalesAgreement) -> dict[str, str]:
    return {"agreement": naming.name_agreement(row), "customer": row.account.party.name}


_CHUNK = 500
_KINDS = {
    kind.code: kind
    for kind in (
        _Kind("deal_overdue", _list_undecided, _show_deals),
        _Kind("agreement_ends", _list_ending, _show_ending),
        _Kind("call_off_overdue", lambda company, on: agreements.list_behind(company.pk, today=on), _show_behind),
    )
}
