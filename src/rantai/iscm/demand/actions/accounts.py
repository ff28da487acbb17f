"""Freeze what a run took in of each customer, so that its part of the forecast stays what it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from rantai.iscm.demand.actions.forecasts import SNAPSHOT_CODEC, compress
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.accounts import AccountForecast
from rantai.iscm.demand.queries import accounts
from rantai.iscm.demand.queries.terms import Signals
from rantai.kernel.transactions import require_transaction

ROWS_A_BLOCK = 20_000


def pack(run: ForecastRun, signals: Signals, *, tested: Collection[int]) -> Iterator[AccountForecast]:
    """Yield blocks of the customers of tested items, not written yet: the slow part, outside a transaction."""
    told = np.isin(signals.item_ids, list(tested))
    items, parties, mean = accounts.merge(
        signals.item_ids[told], signals.party_ids[told], np.nan_to_num(signals.mean[told])
    )
    for block, start in enumerate(range(0, items.size, ROWS_A_BLOCK)):
        part = slice(start, start + ROWS_A_BLOCK)
        yield AccountForecast(
            run=run,
            block=block,
            codec=SNAPSHOT_CODEC,
            item_ids=items[part].astype("<i8").tobytes(),
            party_ids=parties[part].astype("<i8").tobytes(),
            mean=compress(mean[part]),
        )


def freeze(block: AccountForecast) -> None:
    """Keep one block with its run."""
    require_transaction()
    block.save(force_insert=True)
