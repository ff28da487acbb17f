"""Papers are printed from templates that users may change and that can reach nothing."""

import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.documents import actions, papers
from rantai.foundation.documents.models import PaperTemplate
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db

LETTER = {"to": ["Toko Melati"], "day": "2026-11-21", "title": "Pesanan", "paragraphs": ["感谢您的订购。"]}


def make_png() -> bytes:
    """Return a picture of one white pixel."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\xff\xff\xff")),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PIXEL = make_png()


def draft(body):
    return PaperTemplate(company=make.make_company(), kind="letter", language="en", body=body)


def test_a_paper_is_a_pdf():
    pdf = papers.render_paper("letter", language="zh-hans", values=LETTER, company_id=make.make_company().pk)

    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 5000


def test_an_own_template_is_used_with_its_logo():
    company = make.make_company()
    with transaction.atomic():
        row = PaperTemplate(company=company, kind="letter", language="id", body=papers.get_shipped_template("letter"))
        row.letterhead = "Bank BCA 123"
        actions.save_paper_template(row, logo=("logo.png", PIXEL), by="test")

    own = papers.render_paper("letter", language="id", values=LETTER, company_id=company.pk)
    shipped = papers.render_paper("letter", language="en", values=LETTER, company_id=company.pk)

    assert own.startswith(b"%PDF-")
    assert b"/Subtype/Image" in own
    assert b"/Subtype/Image" not in shipped


def test_an_unknown_kind_says_so():
    with pytest.raises(papers.UnknownPaper, match="no_such"):
        papers.render_paper("no_such", language="en", values={}, company_id=make.make_company().pk)


@pytest.mark.parametrize(
    "body",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#image("/proc/self/environ")',
        '#import "@preview/tablex:0.0.8": tablex',
        '#include "/etc/hosts"',
        "#no-such-function()",
        "#let f(x) = f(x + 1)\n#f(1)",
    ],
)
def test_a_template_reaches_nothing_outside(body):
    with pytest.raises(papers.PaperNotPrintable):
        papers.preview(draft(body))


@pytest.mark.slow
def test_a_template_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(papers, "SECONDS", 2)

    with pytest.raises(papers.PaperNotPrintable):
        papers.preview(draft("#let i = 0\n#while true { i += 1 }"))


@pytest.fixture
def manager(client):
    make.make_company()
    user = make.make_user(roles=["manager"])
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"foundation_documents:{name}", args=args)


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_pages_open(client, manager, language):
    User.objects.update(language=language)

    assert client.get(url("templates")).status_code == 200
    assert client.get(url("template", "letter", language)).status_code == 200
    assert client.get(url("template", "letter", "xx")).status_code == 404


def test_a_template_is_previewed_then_saved_as_a_version(client, manager):
    body = papers.get_shipped_template("letter").replace("13pt", "16pt")
    data = {"body": body, "letterhead": "NPWP 01.234", "keeps_logo": "on"}

    preview = client.post(url("preview", "letter", "en"), data)
    assert preview["Content-Type"] == "application/pdf"
    assert PaperTemplate.objects.count() == 0

    logo = SimpleUploadedFile("logo.png", PIXEL, content_type="image/png")
    client.post(url("template", "letter", "en"), data | {"logo": logo})
    client.post(url("template", "letter", "en"), data)

    first, second = PaperTemplate.objects.order_by("version")
    assert (first.version, second.version) == (1, 2)
    assert first.logo == second.logo is not None


def test_a_template_that_cannot_be_printed_is_not_kept(client, manager):
    answer = client.post(url("template", "letter", "en"), {"body": "#no-such()", "keeps_logo": "on"})

    assert answer.status_code == 422
    assert "cannot be printed" in answer.content.decode()
    assert PaperTemplate.objects.count() == 0


def test_a_logo_is_a_picture(client, manager):
    page = SimpleUploadedFile("logo.png", b"<html>", content_type="image/png")
    data = {"body": papers.get_shipped_template("letter"), "keeps_logo": "on", "logo": page}

    assert client.post(url("template", "letter", "en"), data).status_code == 422


def test_a_picture_that_is_broken_is_not_kept(client, manager):
    broken = SimpleUploadedFile("logo.png", PIXEL[:-20], content_type="image/png")
    data = {"body": papers.get_shipped_template("letter"), "keeps_logo": "on", "logo": broken}

    assert client.post(url("template", "letter", "en"), data).status_code == 422
    assert PaperTemplate.objects.count() == 0


def test_a_buyer_may_not_change_papers(client):
    make.make_company()
    client.force_login(make.make_user(roles=["buyer"]))

    assert client.get(url("templates")).status_code == 403
