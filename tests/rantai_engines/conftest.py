"""Let engine tests find the public data beside the project."""

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = _ROOT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shared_data: the test reads ../shared/data, and skips where it is absent")


@pytest.fixture
def shared_data() -> Path:
    if not _SHARED.is_dir():
        pytest.skip(f"needs the public data sets at {_SHARED}")
    return _SHARED
