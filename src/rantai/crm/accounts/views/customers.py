"""The list of customers and the page of one."""

from __future__ import annotations

from django.db.models import CharField, Value
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rantai.crm.accounts import actions, forms, queries
from rantai.crm.accounts.models import Account
from rantai.crm.accounts.views import tables
from rantai.foundation.access import rules as access
from rantai.foundation.messages import queries as messages
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, Contact, Party
from rantai.kernel import clock, texts
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, formats, shapes, toasts

SHOWN_MESSAGES = 12


@require_safe
@access.permission_required("accounts.view")
def list_customers(request: HttpRequest) -> HttpResponseBase:
    """Show customers; the title says how many there are and who owes us."""
    company = parties.get_company()
    rows = queries.list_accounts().annotate(base=Value(company.currency, output_field=CharField()))
    figures = queries.sum_accounts()
    context = {"house": "customers", "figures": figures, "open": Money(figures.owed, company.currency)}
    table = tables.CustomerTable(rows, request=request, today=clock.business_date(clock.now(), company.zone))
    return table.respond("crm/accounts/customers.html", context)


@require_safe
@access.permission_required("accounts.view")
def customer(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show a customer: terms, what it owes, what it was told; orders and value come from above as fragments."""
    party = get_object_or_404(Party, pk=party_id)
    account = queries.find_account(party_id)
    if account is not None and account.party_id != party_id:
        return redirect("crm_accounts:customer", account.party_id)
    company = parties.get_company()
    context = {
        "house": "customers",
        "party": party,
        "account": account,
        "ref": DocRef("party", party.pk),
        "answer": _say_standing(account, company),
        "facts": _list_facts(party, account, company) if account else [],
        "told": _list_messages(party_id),
        "addresses": queries.list_addresses(party_id),
        "people": _list_people(party),
        "consents": _list_consents(party, company),
    }
    return render(request, "crm/accounts/customer.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("accounts.change")
def edit_terms(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Edit the terms on which a customer buys."""
    account = get_object_or_404(Account.objects.select_related("party"), party_id=party_id)
    form = forms.TermsForm(
        request.POST or None,
        initial=forms.describe_terms(account),
        may_set_credit=request.user.has_perm("accounts.set_credit"),
    )
    back = reverse("crm_accounts:customer", args=[party_id])
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
        revision, by = form.cleaned_data["revision"], request.user.actor  # type: ignore[union-attr]
        try:
            run_atomic(lambda: actions.change_terms(account, values=values, expected_revision=revision, by=by))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=back)
        toasts.say(request, _("Terms saved. They hold from the next order on."))
        return redirect(back)
    context = {"house": "customers", "party": account.party, "form": form}
    return render(request, "crm/accounts/terms.html", context, status=422 if form.errors else 200)


def _say_standing(account: Account | None, company: Company) -> str:
    if account is None or account.first_order_at is None:
        return _("Has not ordered yet")
    days = (clock.now() - account.first_order_at).days
    if days < 60:
        since = ngettext("Customer for %(n)s day", "Customer for %(n)s days", days) % {"n": days}
    else:
        months = days // 30
        since = ngettext("Customer for %(n)s month", "Customer for %(n)s months", months) % {"n": months}
    if not account.open_amount:
        return since
    owed = formats.money(Money(account.open_amount, company.currency), short=True)
    return _("%(since)s, owes us %(sum)s") % {"since": since, "sum": owed}


def _list_facts(party: Party, account: Account, company: Company) -> list[shapes.Fact]:
    treatments = dict(forms.TREATMENTS)
    limit = account.credit_limit
    facts = [
        shapes.Fact(_("E-mail"), party.email or "–"),
        shapes.Fact(_("Phone"), party.phone or "–"),
        shapes.Fact(_("Language"), _LANGUAGES.get(party.language, party.language)),
        shapes.Fact(_("Open amount"), Money(account.open_amount, company.currency), rule=True, strong=True),
        shapes.Fact(
            _("Credit limit"),
            Money(limit, company.currency) if limit is not None else _("none"),
            hurt=limit is not None and account.open_amount > limit,
        ),
        shapes.Fact(_("Payment"), texts.pick(account.payment_term.name) if account.payment_term else _("at once")),
        shapes.Fact(_("Currency"), account.currency or company.currency),
        shapes.Fact(_("Tax"), str(treatments[account.tax_treatment])),
        shapes.Fact(_("Demand class"), account.demand_class, rule=True),
        shapes.Fact(_("Territory"), texts.pick(account.territory.name) if account.territory else "–"),
        shapes.Fact(_("Looked after by"), str(account.owner or "–")),
    ]
    if account.tax_id:
        facts.insert(8, shapes.Fact(_("Tax number"), account.tax_id))
    return facts


PURPOSES = {
    "order": gettext_lazy("orders"),
    "orders": gettext_lazy("orders"),
    "invoice": gettext_lazy("invoices"),
    "invoices": gettext_lazy("invoices"),
    "points": gettext_lazy("points"),
    "quality": gettext_lazy("quality"),
    "service": gettext_lazy("messages about orders"),
    "marketing": gettext_lazy("offers"),
}
"""What somebody is sent, in words; another purpose is shown as it was typed."""


def _list_people(party: Party) -> list[dict[str, str]]:
    rows = Contact.objects.filter(queries.scope(party.pk)).select_related("person").order_by("id")
    return [
        {
            "name": row.person.name,
            "position": row.position,
            "email": row.person.email,
            "phone": row.person.phone,
            "sent": ", ".join(dict.fromkeys(str(PURPOSES.get(name, name)) for name in row.purposes)),
        }
        for row in rows
    ]


def _list_consents(party: Party, company: Company) -> list[shapes.Fact]:
    """Say of each purpose whether the customer may be written to, and when it rests."""
    facts = []
    for purpose in ("service", "marketing"):
        allowed = messages.has_consent(party.pk, purpose=purpose, channel="email")
        said = _("yes, by e-mail") if allowed else _("no")
        quiet = messages.read_quiet_hours(company, purpose)
        if allowed and quiet:
            said = _("yes, not from %(starts)s to %(ends)s") % {"starts": quiet[0], "ends": quiet[1]}
        facts.append(shapes.Fact(str(PURPOSES[purpose]).capitalize(), said))
    return facts


_LANGUAGES = {"en": "English", "id": "Bahasa Indonesia", "zh-hans": "简体中文"}


def _list_messages(party_id: int) -> list[shapes.Entry]:
    rows = OutgoingMessage.objects.filter(queries.scope(party_id)).order_by("-id")[:SHOWN_MESSAGES]
    return [
        shapes.Entry(
            messages.show_words(row)[0], row.recorded_at, row.address, "customers",
            hurt=row.state in {"refused", "failed"}, quote=row.error,
            href=reverse("foundation_messages:message", args=[row.pk]),
        )
        for row in rows
    ]  # fmt: skip
