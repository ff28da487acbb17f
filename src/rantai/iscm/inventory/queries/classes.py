"""Which class an item-location is of: by the value of a year's demand (ABC), by how much a week varies (XYZ); and
from when on stock is too much or too old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rantai.foundation.parties import queries as parties

Floats = NDArray[np.float64]

WHOLE = 10_000
A_SHARE, B_SHARE = 8_000, 9_500
X_LIMIT, Y_LIMIT = 5_000, 10_000
CLASS_SHARE = 1_000
COVER_DAYS, AGEING_DAYS, EXPIRY_DAYS = 180, 365, 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Where one class ends and the next begins (1/10,000), and when stock is too much or too old (days)."""

    a_share: int = A_SHARE
    """A holds the dearest item-locations up to this share of the value of a year's demand."""
    b_share: int = B_SHARE
    """B those up to this share, C the rest."""
    x_limit: int = X_LIMIT
    """X strays from its forecast by less than this share of a week's demand."""
    y_limit: int = Y_LIMIT
    """Y by less than this, Z by more."""
    class_share: int = CLASS_SHARE
    """A demand class counts at an item-location from this share of its orders on."""

    cover_days: int = COVER_DAYS
    """Stock beyond so many days of demand is excess, unless a lot is larger."""
    ageing_days: int = AGEING_DAYS
    """Stock grows old from this age on."""
    expiry_days: int = EXPIRY_DAYS
    """Goods are sold so many days before they expire at the latest."""

    @property
    def percents(self) -> dict[str, float]:
        """The limits in percent, as people read them."""
        return {name: value / 100 for name, value in asdict(self).items()}


def read_limits(settings: Mapping[str, Any] | None = None) -> Limits:
    """Return the company's limits, or the usual ones."""
    if settings is None:
        company = parties.find_company()
        settings = company.settings if company else {}
    return Limits(**{name: int(value) for name, value in settings.get("stock_classes", {}).items()})


def classify(value: Floats, variability: Floats, limits: Limits) -> tuple[list[str], list[str]]:
    """Return the class by value and the class by variability of each row.

    A row is A while those before it, the dearest first, are worth less than `a_share` of all: the dearest is always
    A; what is worth nothing is C. Variability is the error of one week's forecast over the week's demand; what is
    not asked for is Z. Source: Silver, Pyke and Thomas (2017), chapter 2 (distribution by value).
    """
    whole = float(value.sum())
    order = np.argsort(-value, kind="stable")
    before = np.empty(value.size)
    before[order] = np.concatenate([[0.0], np.cumsum(value[order])[:-1]]) if value.size else value
    share = before / whole if whole > 0 else np.ones(value.size)
    abc = np.where(share < limits.a_share / WHOLE, "A", np.where(share < limits.b_share / WHOLE, "B", "C"))
    abc = np.where(value > 0, abc, "C")
    xyz = np.where(variability < limits.x_limit / WHOLE, "X", np.where(variability < limits.y_limit / WHOLE, "Y", "Z"))
    return abc.tolist(), xyz.tolist()


def measure_variability(mean: Floats, std: Floats) -> Floats:
    """Return the error of a week over the demand of a week, infinite where nothing is asked for."""
    return np.divide(std, mean, out=np.full(mean.size, np.inf), where=mean > 0)
