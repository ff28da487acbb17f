"""Machine code of other sources is dropped, that of these sources is kept."""

import pytest

from rantai_engines import kept_code


@pytest.fixture
def engines(tmp_path, monkeypatch):
    for engine in ("planning", "promising"):
        (tmp_path / engine / "deeper" / "__pycache__").mkdir(parents=True)
        (tmp_path / engine / "__init__.py").write_text("")
        (tmp_path / engine / "deeper" / "kernels.py").write_text("ONE = 1")
        keep(tmp_path, engine)
    monkeypatch.setattr(kept_code, "_ENGINES", tmp_path)
    return tmp_path


def keep(engines, engine):
    (engines / engine / "deeper" / "__pycache__" / "kernels.take-1.py311.nbi").write_text("code")


def list_kept(engines):
    return sorted(path.relative_to(engines).parts[0] for path in engines.rglob("*.nbi"))


def test_code_of_unknown_sources_is_dropped_once(engines):
    kept_code.drop_stale()
    assert list_kept(engines) == []

    keep(engines, "planning")
    kept_code.drop_stale()
    assert list_kept(engines) == ["planning"]


def test_who_leans_on_a_changed_engine_is_compiled_anew_and_no_other(engines):
    kept_code.drop_stale()
    keep(engines, "planning")
    keep(engines, "promising")

    (engines / "promising" / "deeper" / "kernels.py").write_text("ONE = 10")
    kept_code.drop_stale()
    assert list_kept(engines) == ["planning"]

    keep(engines, "promising")
    (engines / "planning" / "deeper" / "kernels.py").write_text("ONE = 10")
    kept_code.drop_stale()
    assert list_kept(engines) == []
