"""How late a supply may be: quantiles of what its supplier did before."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rantai.foundation.items.models import Source

MIN_SAMPLES = 3
LEVELS = (0.5, 0.8, 0.9)
_NORMAL = (0.0, 0.8416, 1.2816)
"""Standard normal quantiles of LEVELS: what the statistic of a source is read with."""


def of_samples(days: Sequence[int]) -> tuple[int, int, int] | None:
    """Return whole working days late at P50, P80, P90: the smallest sample that enough others do not exceed.

    None where there are too few samples. An early supplier does not make a promise earlier than its date.
    """
    if len(days) < MIN_SAMPLES:
        return None
    ordered = sorted(days)
    p50, p80, p90 = (max(0, ordered[math.ceil(level * len(ordered)) - 1]) for level in LEVELS)
    return p50, p80, p90


def of_source(source: Source, samples: Sequence[int]) -> tuple[int, int, int]:
    """Return working days late of a source: from samples, else from the deviation of its lead time as if normal."""
    p50, p80, p90 = (math.ceil(z * source.lead_time_sd_days) for z in _NORMAL)
    return of_samples(samples) or (p50, p80, p90)
