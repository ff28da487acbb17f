"""A fresh web process reads its templates before somebody asks."""

import gc
from collections.abc import Iterator

import pytest

from rantai.config import warming
from rantai.kernel import collector


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_every_template_of_ours_can_be_read(monkeypatch):
    monkeypatch.setattr(warming, "PAUSE_SHARE", 0.0)
    unread: list[str] = []
    monkeypatch.setattr(warming.log, "warning", lambda _event, **said: unread.append(f"{said['template']}: {said}"))

    count = warming.read_templates()

    assert unread == []
    assert count == len(warming.list_templates())
    assert "ui/base.html" in warming.list_templates()


def test_what_is_there_is_out_of_the_collectors_sight():
    collector.settle()

    assert gc.get_freeze_count() > 0
