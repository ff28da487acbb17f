"""Figures of many short times, in the names that every result uses."""

from __future__ import annotations

from collections.abc import Sequence


def describe(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, the time that 95 of 100 keep, and the longest, in milliseconds."""
    ordered = sorted(seconds)
    return {
        "p50_ms": round(pick(ordered, 0.5) * 1000, 2),
        "p95_ms": round(pick(ordered, 0.95) * 1000, 2),
        "max_ms": round(ordered[-1] * 1000, 2),
    }


def pick(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of the ordered values does not exceed."""
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
