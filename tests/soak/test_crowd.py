"""`make soak`: 64 clients for 20 items for a minute, their connections and processes killed at random."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from tests.iscm.promising import storms


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_sixty_four_clients_promise_no_unit_twice(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = request.config.getoption("--seed", None)
    storm = storms.Storm(seed=secrets.randbits(32) if seed is None else seed, seconds=60, stock=60, pause=2.0)

    summary = storms.blow(storm, folder=tmp_path)

    with capsys.disabled():
        print(f"\n{json.dumps(summary)}")
    assert storm.processes * storm.clients == 64
    assert summary["wrong"] == []
    assert summary["confirmed"] > 100
