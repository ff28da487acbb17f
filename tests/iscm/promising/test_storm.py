"""Many clients for few items while connections and processes are killed: no unit twice, nothing lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.iscm.promising import storms


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_short_storm_promises_no_unit_twice_and_loses_nothing(tmp_path: Path) -> None:
    storm = storms.Storm(
        seed=4, seconds=6, processes=2, clients=8, items=10, stock=25, pause=1.4, kills=3, confirmed=20
    )

    summary = storms.blow(storm, folder=tmp_path)

    assert summary["wrong"] == [], summary
    assert summary["confirmed"] >= 20
    assert sum(summary["kills"].values()) >= 3
