"""Book moves of stock on days of November 2026, for tests that reckon by hand."""

from datetime import UTC, datetime

from django.db import transaction

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory.actions import moves
from rantai.kernel.quantities import SCALE
from rantai.kernel.refs import DocRef


def on(day: int) -> datetime:
    """Noon in Jakarta, of November 2026."""
    return datetime(2026, 11, day, 5, tzinfo=UTC)


@transaction.atomic
def move(item, site, units, *, to="", source="", day, reason="receipt"):
    account = {word: locations.get_account(site.company_id, word) for word in ("supplier", "customer", "adjustment")}
    there = moves.Account(location_id=account[to or source])
    here = moves.Account(location_id=site.pk)
    moves.post_moves(
        [
            moves.Move(
                item_id=item.pk, units=units * SCALE, source=here if to else there, target=there if to else here,
                reason=reason, ref=DocRef("test", day),
            )
        ],
        company_id=site.company_id, at=on(day), by="user:1",
    )  # fmt: skip
