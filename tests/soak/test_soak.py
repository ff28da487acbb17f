"""`make soak`: twenty random kills of web, worker and planner during imports and turns; seeded, summed up in JSON."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import pytest

from tests.soak import storm


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_twenty_kills_lose_and_double_nothing(
    request: pytest.FixtureRequest, rantai_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = request.config.getoption("--seed", None)
    real = os.environ.get("RANTAI_SOAK_DATA")
    plan = storm.Plan(seed=secrets.randbits(32) if seed is None else seed)

    summary = storm.blow(plan, home=rantai_home, real_file=Path(real) if real else None)

    with capsys.disabled():
        print(f"\n{json.dumps(summary)}")
    assert sum(summary["kills"].values()) == plan.kills
    assert summary["orders_confirmed"] > plan.kills
    assert summary["wrong"] == []
