"""Find what parts are for: which of the items that customers want are made of them, and how much one of these takes."""

from __future__ import annotations

from datetime import date

from rantai.foundation.items.models import BomLine
from rantai.iscm.demand.queries.expectations import Makers, Pair
from rantai.iscm.demand.queries.forecasts import CurrentForecast
from rantai.iscm.supply.queries import keys, stocked
from rantai.iscm.supply.queries.explosion import Bills


def list_makers(forecast: CurrentForecast, *, on: date) -> Makers:
    """Return the parts of stock below everything forecast, with what needs them, through bills and moves.

    What is kept on stock itself asks for its parts too: each unit sold from the shelf is made again.
    """
    if not BomLine.objects.exists():
        return {}
    bills = Bills(stocked.read(), on)
    found: dict[Pair, dict[Pair, float]] = {}
    for item, place in zip(forecast.item_ids.tolist(), forecast.location_ids.tolist(), strict=True):
        for part, per in bills.list_all_parts(keys.pair_of(item, place)).items():
            found.setdefault(keys.split(part), {})[item, place] = float(per)
    return found
