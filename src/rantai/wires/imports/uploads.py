"""Keep the file that somebody brings, and open an import for it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import StoredFile
from rantai.kernel.transactions import require_transaction, run_atomic
from rantai.wires.imports.models import ImportRun

_CHUNK = 2**20
USUAL_SOURCE = "files"
"""Whose keys a file uses where nobody says: so that a customer of past orders is the customer of a party file."""


def keep_file(path: Path, *, media_type: str = "application/octet-stream") -> StoredFile:
    """Store a file under its content's name without reading it whole; the same content is kept once.

    An edge: two gigabytes are copied before the short transaction that notes them.
    """
    digest = hash_file(path)
    target = documents.get_path(digest)
    if not default_storage.exists(target):
        with path.open("rb") as content:
            default_storage.save(target, File(content))
    facts = {"size": path.stat().st_size, "media_type": media_type}
    return run_atomic(lambda: StoredFile.objects.get_or_create(sha256=digest, defaults=facts)[0])


def keep_upload(upload: UploadedFile) -> StoredFile:
    """Store what a browser sent; a large file lies on the disk already and is not read into memory."""
    if isinstance(upload, TemporaryUploadedFile):
        return keep_file(Path(upload.temporary_file_path()))
    with NamedTemporaryFile(prefix="rantai-import-") as copy:
        shutil.copyfileobj(upload, copy, _CHUNK)
        copy.flush()
        return keep_file(Path(copy.name))


def fetch_file(stored: StoredFile, folder: Path, *, name: str) -> Path:
    """Put a stored file where a reader can open it by path; raises FileNotFoundError."""
    target = folder / Path(name).name
    with default_storage.open(documents.get_path(stored.sha256)) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, _CHUNK)
    return target


def hash_file(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def open_import(
    stored: StoredFile,
    *,
    company_id: int,
    kind: str,
    file_name: str,
    preset: str = "",
    source: str = "",
    mapping: dict[str, str] | None = None,
    options: dict[str, Any] | None = None,
    by: str,
) -> ImportRun:
    """Begin an import, or return the one that brought this very file before: it resumes, and done it stays done."""
    require_transaction()
    asked = {"mapping": mapping or {}, "options": options or {}}
    same = ImportRun.objects.filter(company_id=company_id, kind=kind, preset=preset, file=stored, **asked)
    found = same.exclude(state__in=["undone", "dropped"]).order_by("id").first()
    if found:
        return found
    return ImportRun.objects.create(
        company_id=company_id,
        kind=kind,
        preset=preset,
        source=source or preset or USUAL_SOURCE,
        file=stored,
        file_name=Path(file_name).name[:200],
        made_by=by,
        **asked,
    )
