"""Print documents: typst templates filled with data, rendered to PDF in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import override

from rantai.foundation.documents import queries
from rantai.foundation.documents.models import PaperTemplate
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address
from rantai.ui import formats

SECONDS = 20
MEGABYTES = 1500

# Runs alone: a template is written by users, so it gets an empty folder as root (typst reads nothing outside it), no
# environment, an unreachable proxy (typst would otherwise fetch packages it imports), and limits of time and memory.
_PROGRAM = f"""
import resource, sys, json
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({MEGABYTES} << 20, {MEGABYTES} << 20))
import typst
options = json.load(sys.stdin)
try:
    pdf = typst.compile(
        "main.typ", root=".", sys_inputs=dict(data=options["data"]), ignore_system_fonts=False,
        package_path="packages", package_cache_path="packages",
    )
except typst.TypstError as error:
    sys.stderr.write(str(error))
    sys.exit(3)
sys.stdout.buffer.write(pdf)
"""


class UnknownPaper(LookupError):
    """A kind of paper that no app ships a template for."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(_("There is no template for papers of the kind '%(kind)s'.") % {"kind": kind})


class PaperNotPrintable(ValueError):
    """A template that typst refuses, with what it says."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason
        super().__init__(_("The template of %(kind)s cannot be printed: %(reason)s") % {"kind": kind, "reason": reason})


def render_paper(kind: str, *, language: str, values: Mapping[str, Any], company_id: int) -> bytes:
    """Return the PDF of a document in a language.

    The template reads `json(bytes(sys.inputs.data))`: `values`, and under `company` our name, tax id, address, logo
    (a file name or none) and letterhead, under `language` the language. Raises UnknownPaper or PaperNotPrintable.
    """
    own = find_own_template(kind, language, company_id=company_id)
    body = own.body if own else get_shipped_template(kind)
    return typeset(kind, body, language=language, values=values, company_id=company_id, own=own)


def typeset(
    kind: str, body: str, *, language: str, values: Mapping[str, Any], company_id: int, own: PaperTemplate | None,
    logo: bytes | None = None,
) -> bytes:  # fmt: skip
    """Return the PDF that a template makes of values; raises PaperNotPrintable."""
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        root = Path(folder)
        (root / "packages").mkdir()
        (root / "main.typ").write_text(body, encoding="utf-8")
        for name, text in _list_shared().items():
            (root / name).write_text(text, encoding="utf-8")
        picture = logo or (queries.read_file(own.logo) if own and own.logo else None)
        with override(language):
            company = _describe_company(company_id, own, picture, root)
        data = {**values, "company": company, "language": language}
        return _run(kind, json.dumps({"data": json.dumps(data, default=str)}), root)


def preview(draft: PaperTemplate, *, logo: bytes | None = None) -> bytes:
    """Return the PDF of a template with its app's sample, and with a new logo if given; raises PaperNotPrintable."""
    sample = _list_samples().get(draft.kind, {})
    return typeset(
        draft.kind,
        draft.body,
        language=draft.language,
        values=sample,
        company_id=draft.company_id,
        own=draft,
        logo=logo,
    )


def find_own_template(kind: str, language: str, *, company_id: int) -> PaperTemplate | None:
    """Return the company's newest template of a kind in a language, or None."""
    rows = PaperTemplate.objects.filter(company_id=company_id, kind=kind, language=language)
    return rows.select_related("logo").order_by("-version").first()


def get_shipped_template(kind: str) -> str:
    """Return the template that an app ships; raises UnknownPaper."""
    try:
        return list_shipped()[kind]
    except KeyError as error:
        raise UnknownPaper(kind) from error


@cache
def list_shipped() -> dict[str, str]:
    """Return the templates that the installed apps ship, by kind; files that begin with _ are shared pieces."""
    files = (file for config in apps.get_app_configs() for file in Path(config.path).glob("papers/*.typ"))
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(files) if not file.stem.startswith("_")}


@cache
def _list_samples() -> dict[str, dict[str, Any]]:
    files = (file for config in apps.get_app_configs() for file in Path(config.path).glob("papers/*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(files)}


@cache
def _list_shared() -> dict[str, str]:
    files = (file for config in apps.get_app_configs() for file in Path(config.path).glob("papers/_*.typ"))
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(files)}


def _describe_company(company_id: int, own: PaperTemplate | None, picture: bytes | None, root: Path) -> dict[str, Any]:
    company = parties.get_company(company_id)
    address = parties.find_address(company.party_id, "bill")
    return {
        "name": company.party.name,
        "tax_id": company.tax_id,
        "address": _write_address(address) if address else [],
        "email": company.party.email,
        "phone": company.party.phone,
        "logo": _write_logo(picture, root),
        "letterhead": own.letterhead if own else "",
    }


def _write_address(address: Address) -> list[str]:
    town, country = f"{address.postcode} {address.city}".strip(), formats.country(address.country)
    lines = [address.street, town, address.region, country]
    return [line for line in lines if line]


def _write_logo(picture: bytes | None, root: Path) -> str | None:
    if picture is None:
        return None
    name = "logo.png" if picture.startswith(b"\x89PNG") else "logo.jpeg"
    (root / name).write_bytes(picture)
    return name


def _run(kind: str, options: str, root: Path) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM],
            input=options.encode(),
            capture_output=True,
            cwd=root,
            env={"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "HOME": str(root)},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        reason = _("it takes longer than %(seconds)s seconds") % {"seconds": SECONDS}
        raise PaperNotPrintable(kind, reason) from error
    if done.returncode:
        raise PaperNotPrintable(kind, done.stderr.decode(errors="replace").strip()[-800:] or _("it stopped"))
    return done.stdout
