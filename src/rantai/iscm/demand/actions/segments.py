"""Freeze with a run which customers are in which segment, so that its changes can be replayed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.accounts import AccountSegments, Segment
from rantai.kernel.transactions import require_transaction


def freeze(run: ForecastRun, classes: Mapping[int, str]) -> None:
    """Keep the segment of each customer with a run; a class that is new becomes a segment."""
    require_transaction()
    Segment.objects.bulk_create([Segment(name=name) for name in sorted(set(classes.values()))], ignore_conflicts=True)
    ids = dict(Segment.objects.values_list("name", "id"))
    parties = np.array(sorted(classes), dtype="<i8")
    AccountSegments.objects.create(
        run=run,
        party_ids=parties.tobytes(),
        segment_ids=np.array([ids[classes[party]] for party in parties.tolist()], dtype="<i8").tobytes(),
    )
