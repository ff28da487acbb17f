"""The room of a document: comments, tasks, files, followers, and who may enter."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.documents import actions, queries, rules
from rantai.foundation.documents.models import Attachment, Comment, Notification, StoredFile, Task
from rantai.kernel import refs
from rantai.kernel.refs import DocRef
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a paper"
PNG = b"\x89PNG\r\n\x1a\n a picture"


@pytest.fixture
def ref():
    make.make_company()
    return DocRef("item", make.make_item("MON-15").pk)


@pytest.fixture
def ayu(client, ref):
    user = make.make_user("ayu@example.org", name="Ayu Lestari", roles=["planner"])
    client.force_login(user)
    return user


@pytest.fixture
def budi():
    return make.make_user("budi@example.org", name="Budi Santoso", roles=["buyer"], language="id")


def url(name, ref):
    return reverse(f"foundation_documents:{name}", args=[ref.kind, ref.id])


def attach(ref, content=PDF, name="nota.pdf"):
    with transaction.atomic():
        return actions.attach(ref, name=name, content=content, by="test")


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_room_is_a_fragment_in_its_page_and_a_page_without_script(client, ayu, ref, language):
    User.objects.update(language=language)
    fragment = client.get(url("room", ref), headers={"HX-Request": "true"}).content.decode()
    page = client.get(url("room", ref)).content.decode()
    inside = client.get(reverse("foundation_items:item", args=[ref.id])).content.decode()

    assert fragment.startswith('<div id="room">')
    assert "<html" in page
    assert f'hx-get="{url("room", ref)}"' in inside


def test_a_mentioned_colleague_follows_and_is_told_in_their_language(client, ayu, budi, ref):
    client.post(url("comment", ref), {"text": "@budi look at the lead time"})

    notice = Notification.objects.get()
    assert (notice.user, notice.kind) == (budi, "mention")
    assert notice.text.endswith("@budi look at the lead time")
    assert set(queries.list_followers(ref)) == {ayu, budi}
    client.post(url("comment", ref), {"text": "and at the price"})
    assert list(Notification.objects.order_by("id").values_list("kind", flat=True)) == ["mention", "comment"]


def test_who_may_not_see_a_document_is_not_told(client, ayu, ref):
    outsider = make.make_user("eka@example.org", name="Eka")

    client.post(url("comment", ref), {"text": "@eka @Eka hello"})

    assert not Notification.objects.filter(user=outsider).exists()
    assert list(Comment.objects.get().mentions.all()) == []


def test_an_empty_comment_says_nothing(client, ayu, ref):
    assert client.post(url("comment", ref), {"text": "   "}).status_code == 422
    assert Comment.objects.count() == 0


def test_a_comment_returns_to_the_page_it_was_written_on(client, ayu, ref):
    page = f"http://testserver{reverse('foundation_items:item', args=[ref.id])}"

    assert client.post(url("comment", ref), {"text": "x"}, headers={"referer": page}).url == f"{page}#room"
    assert client.post(url("comment", ref), {"text": "x"}, headers={"referer": "https://evil.example/"}).url == url(
        "room", ref
    )


def test_markup_in_a_comment_stays_text(client, ayu, ref):
    client.post(url("comment", ref), {"text": "<script>alert(1)</script>"})

    page = client.get(url("room", ref)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_task_is_handed_over_done_and_reopened(client, ayu, budi, ref):
    client.post(url("task", ref), {"title": "Ask for a date", "owner": budi.pk, "due_on": "2026-12-01"})
    task = Task.objects.get()
    assert "Ask for a date" in Notification.objects.get(user=budi).text

    client.force_login(budi)
    assert "Ask for a date" in client.get(reverse("foundation_documents:notifications")).content.decode()
    client.post(reverse("foundation_documents:end_task", args=[task.pk]))
    task.refresh_from_db()
    assert task.state == "done"
    assert Notification.objects.filter(user=ayu, kind="task").count() == 1

    client.post(reverse("foundation_documents:reopen_task", args=[task.pk]))
    assert Task.objects.get().state == "open"


def test_a_file_is_kept_once_and_served_to_who_may_see(client, ayu, ref, settings):
    upload = SimpleUploadedFile("../../etc/Faktur №7.pdf", PDF, content_type="text/html")
    client.post(url("attach", ref), {"file": upload})
    again = attach(ref, name="copy.pdf")

    hung = Attachment.objects.order_by("id").first()
    assert (hung.name, hung.file.media_type) == ("Faktur №7.pdf", "application/pdf")
    assert StoredFile.objects.get() == again.file
    assert (Path(settings.MEDIA_ROOT) / queries.get_path(hung.file.sha256)).read_bytes() == PDF

    answer = client.get(reverse("foundation_documents:download", args=[hung.pk, hung.name]))
    assert b"".join(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''Faktur%20")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name", "media_type", "disposition"),
    [
        (b"<html><script>alert(1)</script>", "page.html", "text/plain", "attachment"),
        (b"<svg onload=alert(1)>", "logo.svg", "text/plain", "attachment"),
        (PNG, "photo.png", "image/png", "inline"),
        (b"a;b\n1;2\n", "stock.csv", "text/csv", "attachment"),
        (
            b"PK\x03\x04 zip",
            "plan.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
        ),
        (bytes(range(128, 256)), "data.bin", "application/octet-stream", "attachment"),
    ],
)
def test_a_type_is_read_from_the_content(client, ayu, ref, content, name, media_type, disposition):
    hung = attach(ref, content, name)

    answer = client.get(reverse("foundation_documents:download", args=[hung.pk, name]))

    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"].startswith(disposition)


@pytest.mark.parametrize("content", [b"", b"MZ program", b"\x7fELF program", b"#!/bin/sh"])
def test_a_program_and_nothing_cannot_be_attached(client, ayu, ref, content):
    answer = client.post(url("attach", ref), {"file": SimpleUploadedFile("tool.pdf", content)})

    assert answer.status_code == 422
    assert Attachment.objects.count() == 0


def test_a_file_above_the_limit_is_refused(client, ayu, ref, monkeypatch):
    monkeypatch.setattr(actions, "MAX_BYTES", 10)

    answer = client.post(url("attach", ref), {"file": SimpleUploadedFile("big.pdf", PDF)})

    assert answer.status_code == 422
    assert "big.pdf" in answer.content.decode()
    with pytest.raises(actions.FileTooLarge):
        attach(ref)


def test_a_file_is_taken_off_and_put_back(client, ayu, ref):
    hung = attach(ref)
    page = reverse("foundation_documents:download", args=[hung.pk, "nota.pdf"])

    client.post(reverse("foundation_documents:remove_file", args=[hung.pk]))
    assert client.get(page).status_code == 404
    client.post(reverse("foundation_documents:restore_file", args=[hung.pk]))
    assert client.get(page).status_code == 200


def test_the_room_asks_for_the_documents_permission(client, ref):
    hung = attach(ref)
    client.force_login(make.make_user(roles=[]))

    assert client.get(url("room", ref)).status_code == 403
    assert client.post(url("comment", ref), {"text": "x"}).status_code == 403
    assert client.post(url("attach", ref), {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 403
    assert client.get(reverse("foundation_documents:download", args=[hung.pk, "x"])).status_code == 403
    client.logout()
    assert client.get(reverse("foundation_documents:download", args=[hung.pk, "x"])).status_code == 403
    assert (Comment.objects.count(), Attachment.objects.count()) == (0, 1)


def test_a_kind_without_rooms_has_none(client, ayu):
    assert client.get(url("room", DocRef("secret", 1))).status_code == 404


def test_a_partner_sees_files_of_their_own_documents_only(client, ref, monkeypatch):
    party, stranger = make.make_party(), make.make_party()
    monkeypatch.setitem(rules.PARTY_SCOPE, "item", lambda pk, parties: pk == ref.id and party.pk in parties)
    hung = attach(ref)
    page = reverse("foundation_documents:download", args=[hung.pk, "nota.pdf"])
    mine, theirs = make.make_user(kind="partner"), make.make_user(kind="partner")
    mine.parties.add(party)
    theirs.parties.add(stranger)

    client.force_login(theirs)
    assert client.get(page).status_code == 403
    client.force_login(mine)
    assert client.get(page).status_code == 200
    assert client.get(url("room", ref)).status_code == 403


def test_notifications_are_seen_one_by_one_or_all(client, ayu, ref, monkeypatch):
    monkeypatch.setitem(refs.PAGES, "item", "foundation_items:item")
    with transaction.atomic():
        first, _second = (actions.notify([ayu], kind="comment", ref=ref, text=text)[0] for text in ("one", "two"))
    assert queries.count_unseen(ayu) == 2

    answer = client.post(reverse("foundation_documents:open_notification", args=[first.pk]))
    assert answer.url == reverse("foundation_items:item", args=[ref.id])
    assert queries.count_unseen(ayu) == 1

    client.post(reverse("foundation_documents:see_all"))
    assert queries.count_unseen(ayu) == 0
    other = make.make_user(roles=["planner"])
    client.force_login(other)
    assert client.post(reverse("foundation_documents:open_notification", args=[first.pk])).status_code == 404


def test_following_can_be_ended(client, ayu, ref):
    client.post(url("follow", ref), {"follow": "yes"})
    client.post(url("follow", ref), {"follow": "yes"})
    assert list(queries.list_followers(ref)) == [ayu]

    client.post(url("follow", ref), {"follow": "no"})
    assert list(queries.list_followers(ref)) == []


def test_only_the_author_takes_a_comment_back(client, ayu, budi, ref):
    client.post(url("comment", ref), {"text": "mine"})
    said = Comment.objects.get()

    client.force_login(budi)
    assert client.post(reverse("foundation_documents:remove_comment", args=[said.pk])).status_code == 404
    client.force_login(ayu)
    client.post(reverse("foundation_documents:remove_comment", args=[said.pk]))
    assert list(queries.list_comments(ref)) == []
