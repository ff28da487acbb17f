"""Segments of customers: the demand class of a customer's latest order, frozen with each run."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from django.db.models import Max

from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.models.accounts import AccountSegments

LOOK_BACK = timedelta(weeks=104)
_CHUNK = 900


def find_latest(*, on: date) -> dict[int, str]:
    """Return the class of each customer's latest order; who has not ordered for two years is in none."""
    newest = Demand.objects.filter(requested_on__gte=on - LOOK_BACK).order_by().values("party_id")
    ids = sorted(newest.annotate(last=Max("id")).values_list("last", flat=True))
    merged = dict(Party.objects.exclude(canonical=None).values_list("id", "canonical_id"))
    found: dict[int, str] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = Demand.objects.filter(pk__in=ids[start : start + _CHUNK]).order_by("id")
        found |= {merged.get(party, party): name for party, name in rows.values_list("party_id", "demand_class")}
    return {party: name for party, name in found.items() if name}


def read(run_id: int | None) -> dict[int, int]:
    """Return customer → segment as a run froze it, by default the current one."""
    frozen = AccountSegments.objects.filter(**({"run__state": "current"} if run_id is None else {"run_id": run_id}))
    row = frozen.first()
    if row is None:
        return {}
    parties, segments = (np.frombuffer(packed, dtype="<i8").tolist() for packed in (row.party_ids, row.segment_ids))
    return dict(zip(parties, segments, strict=True))
