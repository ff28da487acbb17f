"""The outbox of messages, one of them, and the words they are made of."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import Attachment
from rantai.foundation.messages import actions, forms, queries
from rantai.foundation.messages.models import MessageTemplate, OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, tables, toasts
from rantai.ui.inputs import LANGUAGES

STATES = {
    "queued": ("wait", gettext_lazy("Waits")),
    "sending": ("run", gettext_lazy("Being sent")),
    "sent": ("done", gettext_lazy("Sent")),
    "kept": ("new", gettext_lazy("Kept here")),
    "refused": ("end", gettext_lazy("Not sent")),
    "failed": ("hurt", gettext_lazy("Failed")),
}
CHOICES = [(state, label) for state, (_lamp, label) in STATES.items()]


class MessageTable(tables.Table):
    """What we told people outside."""

    name = "messages"
    caption = gettext_lazy("Messages")
    subject = tables.Column(
        gettext_lazy("Message"), accessor="shown", link="foundation_messages:message", link_args=("id",), sub="address",
        grow=True,
    )  # fmt: skip
    party = tables.Column(gettext_lazy("To"), accessor="party__name", narrow=2)
    state = tables.StateColumn(gettext_lazy("State"), states=STATES)
    language = tables.Column(gettext_lazy("Language"), format=lambda code, _row: formats.language(code), narrow=3)
    recorded_at = tables.Column(gettext_lazy("Recorded"), format="moment", sort=True)
    sent_at = tables.Column(gettext_lazy("Sent"), format="moment", narrow=2)
    filters = [
        tables.Search("q", ["subject__icontains", "party__name__icontains", "address__icontains", "key__icontains"]),
        tables.Choice("state", gettext_lazy("State"), field="state", choices=CHOICES, many=True),
        tables.Choice("language", gettext_lazy("Language"), field="language", choices=LANGUAGES),
    ]
    views = [
        tables.View("all", gettext_lazy("All"), {}),
        tables.View("trouble", gettext_lazy("Not arrived"), {"state": ["failed", "refused"]}, count=True, hurt=True),
        tables.View("waiting", gettext_lazy("Waiting"), {"state": ["queued", "sending"]}, count=True),
    ]
    sort, key, page_size = "-recorded_at", "id", 50
    empty = tables.Empty(
        gettext_lazy("Nothing was said yet"),
        gettext_lazy("What customers and suppliers are told stands here: when it was recorded, sent, and how it read."),
    )


@require_safe
@access.permission_required("messages.view")
def outbox(request: access.StaffRequest) -> HttpResponseBase:
    """Show the messages to people outside."""
    rows = queries.list_outbox()
    context = {
        "failed": rows.filter(state="failed").count(),
        "waiting": rows.filter(state__in=["queued", "sending"]).count(),
    }
    return MessageTable(rows, request=request).respond("foundation/messages/outbox.html", context)


@require_safe
@access.permission_required("messages.view")
def message(request: access.StaffRequest, message_id: int) -> HttpResponse:
    """Show one message as it was or would be sent."""
    rows = OutgoingMessage.objects.select_related("party", "company__party")
    found = get_object_or_404(rows, pk=message_id)
    subject, body = queries.show_words(found)
    lamp, word = STATES[found.state]
    context = {
        "message": found, "subject": subject, "body": body, "lamp": lamp, "word": word,
        "attachments": [
            hung
            for hung in Attachment.objects.filter(pk__in=found.attachments).select_related("file")
            if documents.may_see_file(request.user, hung)
        ],
        "can_retry": found.state in ("failed", "refused") and request.user.has_perm("messages.edit"),
    }  # fmt: skip
    return render(request, "foundation/messages/message.html", context)


@require_POST
@access.permission_required("messages.edit")
def retry(request: access.StaffRequest, message_id: int) -> HttpResponse:
    """Queue a failed message once more."""
    found = get_object_or_404(OutgoingMessage.objects.select_related("party"), pk=message_id)
    try:
        run_atomic(partial(actions.retry_message, found, by=request.user.actor))
    except actions.SecretForgotten as problem:
        toasts.warn(request, str(problem))
    else:
        toasts.say(request, _("Queued once more"))
    return redirect("foundation_messages:message", found.pk)


@require_safe
@access.permission_required("messages.view")
def list_words(request: access.StaffRequest) -> HttpResponse:
    """Show each kind of message with the version of each language."""
    company = parties.get_company()
    own = {(row.key, row.language): row for row in MessageTemplate.objects.filter(company=company).order_by("version")}
    rows = [
        (key, queries.name_kind(key), [(code, label, own.get((key, code))) for code, label in LANGUAGES])
        for key in queries.list_letters()
    ]
    return render(request, "foundation/messages/words_list.html", {"rows": rows, "changed": len(own)})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("messages.edit")
def words(request: access.StaffRequest, key: str, language: str) -> HttpResponse:
    """Show and change the words of a kind of message in one language, with a preview."""
    if key not in queries.list_letters() or language not in dict(LANGUAGES):
        raise Http404
    company = parties.get_company()
    present = queries.get_words(key, language, company_id=company.pk)
    initial = {"subject": present.subject, "body": present.body, "is_active": present.is_active}
    form = forms.WordsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_words(key, subject=form.cleaned_data["subject"], body=form.cleaned_data["body"])
        except (actions.OddBraces, queries.MissingNames) as error:
            form.add_error("body", str(error))
        else:
            if "preview" not in request.POST:
                save = partial(actions.save_words, key, language=language, company_id=company.pk, by=request.user.actor)
                run_atomic(partial(save, **form.cleaned_data))
                toasts.say(request, _("Words saved; the next message uses them"))
                return redirect("foundation_messages:words", key, language)
    context = {
        "form": form, "name": queries.name_kind(key), "language": dict(LANGUAGES)[language], "present": present,
        "names": sorted(queries.list_names(key)), "preview": _preview(form, initial),
    }  # fmt: skip
    return render(request, "foundation/messages/words.html", context, status=422 if form.errors else 200)


def _preview(form: forms.WordsForm, initial: dict[str, object]) -> dict[str, str]:
    """Return subject and body with each name shown as itself, as typed so far."""
    typed = form.cleaned_data if form.is_bound and not form.errors else initial
    return {name: queries.show_names(str(typed[name])) for name in ("subject", "body")}
