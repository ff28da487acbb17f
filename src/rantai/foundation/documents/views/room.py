"""The room of a document: what is said, to be done, attached, and who follows it."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import actions, forms, queries, rules
from rantai.foundation.documents.models import Attachment, Comment, Task
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.ui import shapes, toasts

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types that a browser may show; everything else is saved, so that nothing uploaded ever runs on our pages."""


@require_safe
@access.permission_required("documents.use")
def room(request: access.StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Show a document's room: a fragment inside its page, or a page of its own."""
    ref = _open(request, kind, pk)
    fragment = request.headers.get("HX-Request") == "true"
    template = "foundation/documents/room.html"
    return render(request, f"{template}#room" if fragment else template, _describe(request, ref))


@require_POST
@access.permission_required("documents.use")
def comment(request: access.StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Say something on a document."""
    ref = _open(request, kind, pk)
    form = forms.CommentForm(request.POST)
    if not form.is_valid():
        return _refuse(request, ref, comment_form=form)
    said = run_atomic(partial(actions.add_comment, ref, author=request.user, text=form.cleaned_data["text"]))
    toasts.say(request, _("Said"), undo=reverse("foundation_documents:remove_comment", args=[said.pk]))
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def remove_comment(request: access.StaffRequest, comment_id: int) -> HttpResponse:
    """Take one's own comment back."""
    said = get_object_or_404(Comment, pk=comment_id, author=request.user, kind="internal")
    run_atomic(partial(actions.remove_comment, said))
    return _back(request, DocRef(said.ref_kind, said.ref_id))


@require_POST
@access.permission_required("documents.use")
def task(request: access.StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Hand work over."""
    ref = _open(request, kind, pk)
    form = forms.TaskForm(request.POST)
    if not form.is_valid():
        return _refuse(request, ref, task_form=form)
    data = form.cleaned_data
    run_atomic(
        partial(actions.add_task, ref, title=data["title"], owner=data["owner"], due_on=data["due_on"], by=request.user)
    )
    toasts.say(request, _("Handed to %(name)s") % {"name": data["owner"]})
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def end_task(request: access.StaffRequest, task_id: int) -> HttpResponse:
    """Mark work done (or dropped)."""
    found = get_object_or_404(Task, pk=task_id)
    ref = _open(request, found.ref_kind, found.ref_id)
    state = "dropped" if request.POST.get("state") == "dropped" else "done"
    run_atomic(partial(actions.end_task, found, state=state, by=request.user))
    toasts.say(request, found.title, undo=reverse("foundation_documents:reopen_task", args=[found.pk]))
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def reopen_task(request: access.StaffRequest, task_id: int) -> HttpResponse:
    """Let ended work wait again."""
    found = get_object_or_404(Task, pk=task_id)
    ref = _open(request, found.ref_kind, found.ref_id)
    run_atomic(partial(actions.reopen_task, found))
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def attach(request: access.StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Hang a file on a document."""
    ref = _open(request, kind, pk)
    form = forms.FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refuse(request, ref, file_form=form)
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        hung = run_atomic(partial(actions.attach, ref, name=file.name, content=content, by=request.user.actor))
    except actions.FileRefused as error:
        form.add_error("file", str(error))
        return _refuse(request, ref, file_form=form)
    undo = reverse("foundation_documents:remove_file", args=[hung.pk])
    toasts.say(request, _("%(name)s attached") % {"name": hung.name}, undo=undo)
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def remove_file(request: access.StaffRequest, attachment_id: int) -> HttpResponse:
    """Hide a file."""
    hung = get_object_or_404(Attachment, pk=attachment_id, archived_at=None)
    ref = _open(request, hung.ref_kind, hung.ref_id)
    run_atomic(partial(actions.remove_attachment, hung, by=request.user.actor))
    undo = reverse("foundation_documents:restore_file", args=[hung.pk])
    toasts.say(request, _("%(name)s taken off") % {"name": hung.name}, undo=undo)
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def restore_file(request: access.StaffRequest, attachment_id: int) -> HttpResponse:
    """Show a hidden file again."""
    hung = get_object_or_404(Attachment, pk=attachment_id)
    ref = _open(request, hung.ref_kind, hung.ref_id)
    run_atomic(partial(actions.restore_attachment, hung))
    return _back(request, ref)


@require_POST
@access.permission_required("documents.use")
def follow(request: access.StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Follow a document, or no longer."""
    ref = _open(request, kind, pk)
    if request.POST.get("follow") == "no":
        run_atomic(partial(actions.unfollow, ref, user=request.user))
    else:
        run_atomic(partial(actions.follow, ref, users=[request.user]))
    return _back(request, ref)


@access.public
@require_safe
def download(request: HttpRequest, attachment_id: int, name: str) -> HttpResponse | FileResponse:
    """Serve a file to whoever may open its document: staff by permission, partners their own."""
    hung = get_object_or_404(Attachment.objects.select_related("file"), pk=attachment_id, archived_at=None)
    user = request.user
    if not user.is_authenticated or not queries.may_see_file(user, hung):
        raise PermissionDenied
    response = FileResponse(default_storage.open(queries.get_path(hung.file.sha256)), content_type=hung.file.media_type)
    saves = hung.file.media_type not in INLINE
    response["Content-Disposition"] = str(content_disposition_header(saves, hung.name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _open(request: access.StaffRequest, kind: str, pk: int) -> DocRef:
    """Return the document's citation if this user may see it; 404 for a kind without rooms, else 403."""
    if kind not in rules.VIEW_PERMISSION:
        raise Http404
    ref = DocRef(kind, pk)
    if not queries.may_see(request.user, ref):
        raise PermissionDenied
    return ref


def _describe(request: access.StaffRequest, ref: DocRef, **given: object) -> dict[str, object]:
    followers = list(queries.list_followers(ref))
    return {
        "ref": ref,
        "comments": [
            shapes.Comment(author=str(row.author), text=row.text, at=row.at) for row in queries.list_comments(ref)
        ],
        "tasks": list(queries.list_tasks(ref)),
        "attachments": queries.list_visible(request.user, ref),
        "followers": followers,
        "is_following": request.user in followers,
        "task_form": forms.TaskForm(),
        "file_form": forms.FileForm(),
        "comment_form": None,
        **given,
    }


def _refuse(request: access.StaffRequest, ref: DocRef, **given: object) -> HttpResponse:
    return render(request, "foundation/documents/room.html", _describe(request, ref, **given), status=422)


def _back(request: access.StaffRequest, ref: DocRef) -> HttpResponse:
    """Return to the page that the form stood on."""
    origin = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    room_url = reverse("foundation_documents:room", args=[ref.kind, ref.id])
    return redirect(f"{origin.partition('#')[0]}#room" if is_ours else room_url)
