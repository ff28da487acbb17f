"""Let engine tests find the public data beside the project, and never run a kernel compiled from older source."""

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = _ROOT.parent / "shared" / "data"
_ENGINES = _ROOT / "src" / "rantai_engines"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shared_data: the test reads ../shared/data, and skips where it is absent")
    for engine in ("valuation", "forecasting", "inventory", "planning", "promising"):
        _drop_stale_kernels(_ENGINES / engine)


def _drop_stale_kernels(engine: Path) -> None:
    """Drop a cache that is older than any module of its engine.

    Numba looks at the file of the function alone: one that inlines a kernel of another file would stay as it was.
    """
    newest = max(module.stat().st_mtime for module in engine.rglob("*.py"))
    for compiled in engine.rglob("__pycache__/*.nb[ic]"):
        if compiled.stat().st_mtime < newest:
            compiled.unlink(missing_ok=True)


@pytest.fixture
def shared_data() -> Path:
    if not _SHARED.is_dir():
        pytest.skip(f"needs the public data sets at {_SHARED}")
    return _SHARED
