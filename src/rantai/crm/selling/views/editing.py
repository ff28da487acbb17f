"""New agreements and deals, and drafts that are edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders import forms as orders
from rantai.crm.selling import forms
from rantai.crm.selling.actions import agreements as contracts
from rantai.crm.selling.actions import opportunities as actions
from rantai.crm.selling.actions.drafts import AgreementDraft, DealState, OpportunityDraft, PlannedCallOff
from rantai.crm.selling.models import AgreementLine, Opportunity, SalesAgreement
from rantai.crm.selling.queries import known, naming
from rantai.crm.selling.queries import opportunities as queries
from rantai.crm.selling.views import edge
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, toasts

SHOWN = 60


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("selling.edit")
def new_agreement(request: access.StaffRequest) -> HttpResponse:
    """Write an agreement: whose it is, or which one it renews, then its items and their rhythm."""
    company = parties.get_company()
    renewed = SalesAgreement.objects.filter(pk=clicks.read_id(request.GET.get("renews")), company=company).first()
    party = renewed.account.party if renewed else _find_party(request)
    if party is None:
        return _choose_customer(request, title=_("New agreement"), crumb=reverse("crm_selling:agreements"))
    initial = forms.describe_renewal(renewed) if renewed else {}
    lines = list(renewed.lines.select_related("item").order_by("number")) if renewed else []

    def save(draft: AgreementDraft) -> SalesAgreement:
        return contracts.record_agreements(company, [draft], by=request.user.actor)[0]

    return _write_agreement(request, party=party, initial=initial, lines=lines, renewed=renewed, held=None, save=save)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("selling.edit")
def edit_agreement(request: access.StaffRequest, agreement_id: int) -> HttpResponse:
    """Edit a draft; the rows of items that stay are kept unless they are to be planned anew."""
    rows = SalesAgreement.objects.select_related("account__party", "company", "renews")
    held = get_object_or_404(rows, pk=agreement_id, company=parties.get_company())
    if held.state != "draft":
        toasts.warn(request, _("It is signed: change its schedule, or renew it."))
        return redirect("crm_selling:agreement", held.pk)
    lines = list(held.lines.select_related("item").order_by("number"))

    def save(draft: AgreementDraft) -> SalesAgreement:
        revision = clicks.read_revision(request)
        contracts.edit_draft(held, draft, expected_revision=revision, by=request.user.actor)
        return held

    initial = forms.describe_agreement(held)
    return _write_agreement(
        request, party=held.account.party, initial=initial, lines=lines, renewed=held.renews, held=held, save=save
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("selling.edit")
def new_deal(request: access.StaffRequest) -> HttpResponse:
    """Write down a deal that may come."""
    party = _find_party(request)
    if party is None:
        return _choose_customer(request, title=_("New deal"), crumb=reverse("crm_selling:pipeline"))

    def save(told: DealState, title: str) -> Opportunity:
        row = OpportunityDraft(party_id=party.pk, title=title, history=[told], sales_person=request.user.actor)
        return actions.record_opportunities(parties.get_company(), [row], by=request.user.actor)[0]

    return _write_deal(request, party=party, deal=None, save=save)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("selling.edit")
def edit_deal(request: access.StaffRequest, deal_id: int) -> HttpResponse:
    """Write down what is new of a deal; what was known before stays readable."""
    rows = Opportunity.objects.select_related("account__party", "company")
    deal = get_object_or_404(rows, pk=deal_id, company=parties.get_company())

    def save(told: DealState, title: str) -> Opportunity:
        revision = clicks.read_revision(request)
        actions.revise_opportunity(deal, told, title=title, expected_revision=revision, by=request.user.actor)
        return deal

    return _write_deal(request, party=deal.account.party, deal=deal, save=save)


def _write_agreement(
    request: HttpRequest, *, party: Party, initial: dict[str, Any], lines: list[AgreementLine],
    renewed: SalesAgreement | None, held: SalesAgreement | None, save: Callable[[AgreementDraft], SalesAgreement],
) -> HttpResponse:  # fmt: skip
    posted = None
    if request.method == "POST":
        posted = edge.with_more_rows(request.POST, prefix="lines", most=forms.MOST_LINES)
    form = forms.AgreementForm(posted, initial=initial, is_new=held is None)
    # A row like the stored one is no less a row: what was posted is not compared with it.
    rows = forms.AgreementLines(posted, prefix="lines", initial=None if posted else forms.describe_lines(lines))
    if posted is not None and request.POST.get("do") != "more" and form.is_valid() and rows.is_valid():
        draft = form.to_draft(
            rows, party_id=party.pk, kept=_read_kept(held), renews_id=renewed.pk if renewed else None,
            today=edge.today(),
        )  # fmt: skip
        try:
            saved = run_atomic(lambda: save(draft))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=reverse("crm_selling:agreements"))
        except edge.REFUSALS as problem:
            forms.show_problems(problem, form)
        else:
            toasts.say(request, _("Saved as a draft. It counts once it is signed."))
            return redirect("crm_selling:agreement", saved.pk)
    context = {
        "house": "customers", "party": party, "form": form, "lines": rows, "agreement": held,
        "title": naming.name_agreement(held) if held else "",
        "renewed": naming.name_agreement(renewed) if renewed else "", "items": orders.list_suggestions(),
    }  # fmt: skip
    is_wrong = form.errors or rows.total_error_count()
    return render(request, "crm/selling/edit_agreement.html", context, status=422 if is_wrong else 200)


def _read_kept(held: SalesAgreement | None) -> dict[int, list[PlannedCallOff]]:
    """Return the rows by item that a draft plans now."""
    kept: dict[int, list[PlannedCallOff]] = {}
    for row in known.list_slots(held.pk).select_related("line") if held else ():
        if row.units:
            told = kept.setdefault(row.line.item_id, [])
            told.append(PlannedCallOff(slot=len(told) + 1, planned_on=row.planned_on, units=row.units))
    return kept


def _write_deal(
    request: HttpRequest, *, party: Party, deal: Opportunity | None, save: Callable[[DealState, str], Opportunity]
) -> HttpResponse:
    posted, today = None, edge.today()
    if request.method == "POST":
        posted = edge.with_more_rows(request.POST, prefix="lines", most=forms.MOST_LINES)
    form = forms.DealForm(posted, initial=forms.describe_deal(deal) if deal else {})
    stored = [
        {"item": row.item.code, "quantity": row.units, "needed_on": row.needed_on, "unit_price": row.unit_price}
        for row in (queries.list_lines(deal) if deal else ())
    ]
    rows = forms.DealLines(posted, prefix="lines", initial=None if posted else stored)
    if posted is not None and request.POST.get("do") != "more" and form.is_valid() and rows.is_valid():
        typed = form.cleaned_data
        prices = queries.find_list_prices(party.pk, forms.list_missing_prices(rows), on=today)
        told = DealState(
            recorded_on=today, stage=deal.state if deal else "lead", expected_on=typed["expected_on"],
            lines=forms.to_deal_lines(rows, prices), probability=typed["probability"], note=typed["note"],
        )  # fmt: skip
        try:
            saved = run_atomic(lambda: save(told, typed["title"]))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=reverse("crm_selling:pipeline"))
        except edge.REFUSALS as problem:
            forms.show_problems(problem, form)
        else:
            toasts.say(request, _("Saved. The forecast counts it by its chance."))
            return redirect("crm_selling:deal", saved.pk)
    context = {"house": "customers", "party": party, "deal": deal, "form": form, "lines": rows,
               "items": orders.list_suggestions()}  # fmt: skip
    is_wrong = form.errors or rows.total_error_count()
    return render(request, "crm/selling/edit_deal.html", context, status=422 if is_wrong else 200)


def _find_party(request: HttpRequest) -> Party | None:
    party_id = clicks.read_id(request.GET.get("customer"))
    return Party.objects.filter(pk=party_id, archived_at=None).first() if party_id else None


def _choose_customer(request: HttpRequest, *, title: str, crumb: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    rows = accounts.list_customers(words) if words else accounts.list_recent_customers()
    context = {"house": "customers", "words": words, "customers": list(rows[:SHOWN]), "title": title, "crumb": crumb}
    return render(request, "crm/selling/choose_customer.html", context)
