"""The common page of a party: profile, places, contacts, consent, aliases; the houses add theirs around it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import actions, forms, queries
from rantai.foundation.parties.models import Address, Contact, MergeOperation, Party
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts

PROFILE = ("name", "email", "phone", "language", "zone")


@require_safe
@access.permission_required("parties.view")
def party(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Show a party; an alias leads to the party that it stands for."""
    found = get_object_or_404(Party, pk=party_id)
    canonical = queries.canonical_id(found.pk)
    if canonical != found.pk:
        return redirect("foundation_parties:party", canonical)
    context = {
        "party": found,
        "ref": DocRef("party", found.pk),
        "roles": [row.role for row in found.roles.order_by("id")],
        "places": found.addresses.filter(archived_at=None).select_related("calendar", "territory").order_by("id"),
        "contacts": found.contacts.select_related("person").order_by("id"),
        "consents": found.consents.order_by("-at", "-id")[:10],
        "merges": queries.list_open_merges(found.pk),
        "is_erased": queries.is_erased(found.pk),
        "may_edit": request.user.has_perm("parties.edit"),
        "perms_erase": request.user.has_perm("parties.erase"),
    }
    return render(request, "foundation/parties/party.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("parties.edit")
def edit(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Change what every party has."""
    found = get_object_or_404(Party, pk=party_id)
    initial = {name: getattr(found, name) for name in (*PROFILE, "revision")}
    form = forms.PartyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in PROFILE}
        expected = form.cleaned_data["revision"] or 0
        try:
            run_atomic(
                partial(actions.edit_party, found, values=values, expected_revision=expected, by=request.user.actor)
            )
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("%(name)s saved") % {"name": found.name})
        return redirect("foundation_parties:party", found.pk)
    return _show_form(request, form, found, _("Change %(name)s") % {"name": found.name})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("parties.edit")
def address(request: access.StaffRequest, party_id: int, address_id: int | None = None) -> HttpResponse:
    """Add or change a place of a party."""
    found = get_object_or_404(Party, pk=party_id)
    place = get_object_or_404(Address, pk=address_id, party=found, archived_at=None) if address_id else None
    form = forms.AddressForm(request.POST or None, instance=place, initial={"zone": found.zone or "UTC"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        values = forms.clean_values(form)
        run_atomic(
            partial(actions.edit_address, place, kind=data["kind"], is_default=data["is_default"], **values)
            if place
            else partial(actions.add_address, found.pk, kind=data["kind"], is_default=data["is_default"], **values)
        )
        return redirect("foundation_parties:party", found.pk)
    return _show_form(request, form, found, _("Place of %(name)s") % {"name": found.name})


@require_POST
@access.permission_required("parties.edit")
def archive_address(request: access.StaffRequest, party_id: int, address_id: int) -> HttpResponse:
    """Hide a place that is no longer used."""
    place = get_object_or_404(Address, pk=address_id, party_id=party_id)
    run_atomic(partial(actions.archive_address, place))
    toasts.say(request, _("The place is archived"))
    return redirect("foundation_parties:party", party_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("parties.edit")
def contact(request: access.StaffRequest, party_id: int, contact_id: int | None = None) -> HttpResponse:
    """Add or change a person who acts for a party."""
    found = get_object_or_404(Party, pk=party_id)
    person = (
        get_object_or_404(Contact.objects.select_related("person"), pk=contact_id, party=found) if contact_id else None
    )
    form = forms.ContactForm(request.POST or None, initial=_contact_values(person))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        # What an import or another house wrote there stays: the page knows only some kinds of messages.
        data["purposes"] += [name for name in (person.purposes if person else ()) if name not in forms.MESSAGES]
        save = (
            partial(
                actions.edit_contact, person, values={name: data[name] for name in ("name", "email", "phone")},
                position=data["position"], purposes=data["purposes"], by=request.user.actor,
            )
            if person
            else partial(actions.add_contact, found.pk, by=request.user.actor, **data)
        )  # fmt: skip
        run_atomic(save)
        toasts.say(request, _("%(name)s saved") % {"name": data["name"]})
        return redirect("foundation_parties:party", found.pk)
    title = person.person.name if person else _("A person of %(name)s") % {"name": found.name}
    remove = reverse("foundation_parties:remove_contact", args=[found.pk, person.pk]) if person else ""
    return _show_form(request, form, found, title, remove=remove)


@require_POST
@access.permission_required("parties.edit")
def remove_contact(request: access.StaffRequest, party_id: int, contact_id: int) -> HttpResponse:
    """Let a person no longer act for a party."""
    person = get_object_or_404(Contact.objects.select_related("person"), pk=contact_id, party_id=party_id)
    run_atomic(partial(actions.remove_contact, person, by=request.user.actor))
    toasts.say(request, _("%(name)s no longer acts for them") % {"name": person.person.name})
    return redirect("foundation_parties:party", party_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("parties.edit")
def consent(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Note what a party allows."""
    found = get_object_or_404(Party, pk=party_id)
    form = forms.ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run_atomic(
            partial(actions.record_consent, found.pk, channel="email", source=request.user.actor, **form.cleaned_data)
        )
        return redirect("foundation_parties:party", found.pk)
    return _show_form(request, form, found, _("What %(name)s allows by e-mail") % {"name": found.name})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("parties.merge")
def merge(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Let a party stand for another record of the same one; nothing moves, and it can be undone."""
    found = get_object_or_404(Party, pk=party_id)
    form = forms.MergeForm(request.POST or None, survivor=found)
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["alias"]
        try:
            operation = run_atomic(partial(actions.merge_parties, found.pk, alias_id=other.pk, by=request.user.actor))
        except actions.CannotMerge as error:
            form.add_error("alias", str(error))
        else:
            undo = reverse("foundation_parties:undo_merge", args=[operation.pk])
            toasts.say(request, _("%(alias)s is now %(name)s") % {"alias": other.name, "name": found.name}, undo=undo)
            return redirect("foundation_parties:party", found.pk)
    return _show_form(request, form, found, _("Which record is %(name)s too?") % {"name": found.name})


@require_POST
@access.permission_required("parties.merge")
def undo_merge(request: access.StaffRequest, operation_id: int) -> HttpResponse:
    """Let an alias stand for itself again."""
    operation = get_object_or_404(MergeOperation, pk=operation_id)
    try:
        run_atomic(partial(actions.undo_merge, operation, by=request.user.actor))
    except actions.AlreadyUndone as error:
        toasts.warn(request, str(error))
    else:
        toasts.say(request, _("They are two parties again"))
    return redirect("foundation_parties:party", operation.survivor_id)


@require_POST
@access.permission_required("parties.erase")
def erase(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Erase what is personal of a party; this cannot be undone."""
    found = get_object_or_404(Party, pk=party_id, company=None)
    run_atomic(partial(actions.erase_party, found.pk, by=request.user.actor))
    toasts.say(request, _("What was personal is erased; documents keep the number"))
    return redirect("foundation_parties:party", found.pk)


def _show_form(
    request: access.StaffRequest, form: Any, found: Party, title: str, *, remove: str = ""
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "party": found, "title": title, "remove": remove}
    return render(request, "foundation/parties/form.html", context, status=422 if form.errors else 200)


def _contact_values(contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {}
    person = contact.person
    return {
        "name": person.name, "email": person.email, "phone": person.phone, "position": contact.position,
        "purposes": contact.purposes,
    }  # fmt: skip
