"""Suppliers, and one of them; what other rooms know of it is loaded from them by URL name."""

from __future__ import annotations

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Contact, Party
from rantai.kernel.models import KpiValue
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.srm.suppliers import actions, forms, queries
from rantai.srm.suppliers.models import Supplier
from rantai.ui import formats, shapes, tables, toasts

LANGUAGES = {"en": "English", "id": "Bahasa Indonesia", "zh-hans": "简体中文"}


class SupplierTable(tables.Table):
    """Suppliers with the figures of last night."""

    name = "suppliers"
    caption = gettext_lazy("Suppliers")
    party = tables.Column(
        gettext_lazy("Supplier"),
        accessor="party__name",
        sort=True,
        grow=True,
        link="srm_suppliers:supplier",
        link_args=("party_id",),
    )
    tier_class = tables.StateColumn(
        gettext_lazy("Class"),
        states={
            "core": ("done", gettext_lazy("Core")),
            "preferred": ("run", gettext_lazy("Preferred")),
            "approved": ("wait", pgettext_lazy("class of suppliers", "Approved")),
            "spot": ("new", gettext_lazy("Spot")),
        },
    )
    late = tables.Column(
        gettext_lazy("Late lines"),
        accessor="late_lines",
        format=lambda value, row: _part(value, row["open_lines"]),
        align="end",
        hurt="late_lines",
        phone="end",
    )
    otd = tables.Column(
        gettext_lazy("On time"),
        accessor="otd_met",
        format=lambda value, row: _share(value, row["otd_due"]),
        align="end",
        needs=("otd_due", "open_lines"),
        phone="subend",
    )
    currency = tables.Column(gettext_lazy("Currency"), narrow=3)
    answers = tables.Column(gettext_lazy("Days to answer"), accessor="answer_days", format="number", narrow=3)
    filters = (
        tables.Search("q", fields=["party__name__icontains", "party__email__icontains"]),
        tables.Choice("tier", gettext_lazy("Class"), field="tier_class", choices=forms.TIERS, many=True),
    )
    sort = "party"
    pivots = tables.Pivots(
        rows=["tier_class", "currency"],
        columns=["tier_class"],
        measures=[tables.Measure("n", gettext_lazy("Suppliers"))],
    )
    empty = tables.Empty(
        gettext_lazy("No supplier yet"),
        gettext_lazy("Add one, or import parties and sources."),
        label=gettext_lazy("New supplier"),
    )


@require_safe
@access.permission_required("suppliers.view")
def suppliers(request: HttpRequest) -> HttpResponseBase:
    """Show suppliers; the title says how many keep us waiting."""
    rows = _with_figures(queries.list_suppliers())
    table = SupplierTable(rows, request=request)
    late = rows.filter(Q(late_lines__gt=0)).count()
    return table.respond("srm/suppliers/suppliers.html", {"house": "suppliers", "late": late, "count": rows.count()})


@require_safe
@access.permission_required("suppliers.view")
def supplier(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show one supplier: terms, people, what others know of it, who supplies it."""
    party = get_object_or_404(Party, pk=party_id)
    row = queries.find_supplier(party_id)
    edges = queries.list_upstream([party_id])
    names = dict(Party.objects.filter(pk__in={edge.supplier_id for edge in edges}).values_list("pk", "name"))
    context = {
        "house": "suppliers",
        "party": party,
        "supplier": row,
        "figures": _with_figures(Supplier.objects.filter(party_id=party_id)).first(),
        "facts": _list_facts(party, row),
        "contacts": Contact.objects.filter(party=party).select_related("person").order_by("id"),
        "edges": [{"edge": edge, "name": names[edge.supplier_id]} for edge in edges],
        "ref": DocRef("supplier", party_id),
    }
    return render(request, "srm/suppliers/supplier.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("suppliers.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Add a supplier."""
    form = forms.NewSupplierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        party_id = run_atomic(lambda: _add(form, by=_actor(request)))
        toasts.say(request, _("Added. Give its items a source, so that the plan buys here."))
        return redirect("srm_suppliers:supplier", party_id=party_id)
    context = {"house": "suppliers", "form": form}
    return render(request, "srm/suppliers/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("suppliers.edit")
def edit(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Change a supplier's terms."""
    party = get_object_or_404(Party, pk=party_id)
    row = queries.find_supplier(party_id)
    form = forms.SupplierForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(lambda: _save(party, row, form, by=_actor(request)))
        except RevisionConflict as conflict:
            return _conflict(request, party, conflict)
        toasts.say(request, _("Saved."))
        return redirect("srm_suppliers:supplier", party_id=party_id)
    context = {"house": "suppliers", "party": party, "form": form}
    return render(request, "srm/suppliers/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("suppliers.edit")
def add_contact(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Add a person who is sent orders."""
    party = get_object_or_404(Party, pk=party_id)
    form = forms.ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run_atomic(lambda: actions.add_order_contact(party.pk, by=_actor(request), **form.cleaned_data))
        toasts.say(request, _("Orders go to %(name)s from now on.") % {"name": form.cleaned_data["name"]})
        return redirect("srm_suppliers:supplier", party_id=party_id)
    context = {"house": "suppliers", "party": party, "form": form}
    return render(request, "srm/suppliers/contact.html", context, status=422 if form.errors else 200)


def _with_figures(rows: QuerySet[Supplier]) -> QuerySet[Supplier]:
    """Add the newest stored figures: numerators and denominators of lateness and of Supplier OTD."""
    return rows.annotate(
        late_lines=_figure("supplier_late_lines", "numerator"),
        open_lines=_figure("supplier_late_lines", "denominator"),
        otd_met=_figure("supplier_otd", "numerator"),
        otd_due=_figure("supplier_otd", "denominator"),
    )


def _figure(code: str, part: str) -> Subquery:
    subject = Concat(Value("supplier:"), Cast(OuterRef("party_id"), CharField()))
    values = KpiValue.objects.filter(code=code, subject=subject).order_by("-day")
    return Subquery(values.values(part)[:1])


def _part(value: float | None, whole: float | None) -> str:
    return f"{formats.number(value)} / {formats.number(whole)}" if whole else formats.NOTHING


def _share(value: float | None, whole: float | None) -> str:
    return formats.percent(value / whole) if whole and value is not None else formats.NOTHING


def _list_facts(party: Party, row: Supplier | None) -> list[shapes.Fact]:
    facts = [
        shapes.Fact(_("Language"), LANGUAGES.get(party.language, party.language)),
        shapes.Fact(_("E-mail"), party.email or _("none: it cannot be sent orders"), hurt=not party.email),
    ]
    if row is None:
        return facts
    facts += [
        shapes.Fact(_("Class"), str(dict(forms.TIERS)[row.tier_class])),
        shapes.Fact(_("Works on"), row.calendar.name if row.calendar else _("as we do")),
        shapes.Fact(_("Payment"), pick(row.payment_term.name) if row.payment_term else _("not agreed")),
        shapes.Fact(_("Days to answer"), row.answer_days),
    ]
    if row.minimum_order:
        currency = row.currency or _("our currency")
        facts.append(
            shapes.Fact(
                _("Smallest order"), f"{formats.amount(Money(row.minimum_order, row.currency or 'XXX'))} {currency}"
            )
        )
    if row.is_blocked:
        facts.append(shapes.Fact(_("Blocked"), _("gets no new orders"), hurt=True))
    return facts


def _initial(row: Supplier | None) -> dict[str, object]:
    if row is None:
        return {"revision": 0}
    return {
        "tier_class": row.tier_class,
        "calendar": row.calendar_id,
        "currency": row.currency,
        "payment_term": row.payment_term_id,
        "minimum_order": row.minimum_order,
        "answer_days": row.answer_days,
        "is_blocked": row.is_blocked,
        "note": row.note,
        "revision": row.revision,
    }


def _save(party: Party, row: Supplier | None, form: forms.SupplierForm, *, by: str) -> None:
    terms = form.list_terms()
    if row is None:
        tier = terms.pop("tier_class")
        actions.add_supplier(party.pk, by=by, tier_class=tier, **terms)
    else:
        actions.change_supplier(row, revision=form.cleaned_data["revision"] or 0, by=by, **terms)


def _add(form: forms.NewSupplierForm, *, by: str) -> int:
    cleaned = form.cleaned_data
    party = parties.add_party(
        cleaned["name"], roles=["supplier"], by=by, email=cleaned["email"], language=cleaned["language"]
    )
    _save(party, None, form, by=by)
    return party.pk


def _conflict(request: HttpRequest, party: Party, conflict: RevisionConflict) -> HttpResponseBase:
    way = shapes.Way(label=_("See what is stored now"), href=reverse("srm_suppliers:edit", args=[party.pk]))
    context = {"house": "suppliers", "truth": str(conflict), "choices": [way]}
    return render(request, "409.html", context, status=409)


def _actor(request: HttpRequest) -> str:
    return request.user.actor  # type: ignore[union-attr]
