"""Drop machine code that was kept for other sources than those that are here.

Numba keeps what it compiled beside each file and looks at that file alone. A caller may hold copies of kernels of other
files and constants of theirs; after an upgrade it would go on with the old ones, or look for a kernel that has gone.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

_ENGINES = Path(__file__).parent
_LEANS_ON = {"promising": ("planning",)}


def drop_stale() -> None:
    """Drop what an engine kept where any of its files has changed since; nothing where nobody may write."""
    for engine in sorted(path.parent for path in _ENGINES.glob("*/__init__.py")):
        with suppress(OSError):
            _check(engine, _fingerprint(engine.name))


def _fingerprint(engine: str) -> str:
    digest = hashlib.sha256()
    for folder in (engine, *_LEANS_ON.get(engine, ())):
        for file in sorted((_ENGINES / folder).rglob("*.py")):
            facts = file.stat()
            digest.update(f"{file.relative_to(_ENGINES)} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    return digest.hexdigest()


def _check(engine: Path, sources: str) -> None:
    stamp = engine / "__pycache__" / "sources"
    if stamp.exists() and stamp.read_text() == sources:
        return
    for kept in engine.rglob("__pycache__/*.nb[ic]"):
        kept.unlink(missing_ok=True)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(sources)
