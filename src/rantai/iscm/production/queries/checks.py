"""What must always hold of production orders."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.kernel.invariants import Violation, rows


def list_violations() -> Iterator[Violation]:
    """Check components against their reservations, good units against the ledger, and steps against each other."""
    yield from _components_off()
    yield from _receipts_off()
    yield from _steps_off()


def _components_off() -> Iterator[Violation]:
    found = rows(
        "SELECT c.id, c.reserved, COALESCE(h.units, 0), c.issued, COALESCE(i.units, 0)"
        " FROM iscm_production_productioncomponent c LEFT JOIN"
        " (SELECT holder_line, SUM(units) AS units FROM iscm_inventory_workreservation WHERE state = 'held'"
        " AND holder_kind = 'production_order' GROUP BY holder_line) h ON h.holder_line = c.id LEFT JOIN"
        " (SELECT holder_line, SUM(units) AS units FROM iscm_inventory_workreservation WHERE state = 'issued'"
        " AND holder_kind = 'production_order' GROUP BY holder_line) i ON i.holder_line = c.id"
        " WHERE c.reserved <> COALESCE(h.units, 0) OR c.issued <> COALESCE(i.units, 0)"
    )
    for pk, reserved, held, issued, moved in found:
        text = f"reserved {reserved} (held {held}), issued {issued} (moved {moved})"
        yield Violation(rule="production.component_follows_stock", subject=f"component {pk}", message=text)


def _receipts_off() -> Iterator[Violation]:
    found = rows(
        "SELECT o.id, o.state, o.good, COALESCE(m.units, 0) FROM iscm_production_productionorder o LEFT JOIN"
        " (SELECT a.ref_id, SUM(a.units) AS units FROM iscm_inventory_stockmove a"
        " LEFT JOIN iscm_inventory_stockmove b ON b.reverses_id = a.id"
        " WHERE a.ref_kind = 'production_order' AND a.reason = 'production' AND b.id IS NULL GROUP BY a.ref_id) m"
        " ON m.ref_id = o.id WHERE o.good <> COALESCE(m.units, 0)"
        " OR (o.state IN ('planned', 'released', 'cancelled') AND o.good <> 0)"
    )
    for pk, state, good, moved in found:
        text = f"{state} with {good} good units, the ledger received {moved}"
        yield Violation(rule="production.good_units_are_received", subject=f"production order {pk}", message=text)


def _steps_off() -> Iterator[Violation]:
    found = rows(
        "SELECT s.order_id, s.position FROM iscm_production_productionstep s"
        " JOIN iscm_production_productionstep p ON p.order_id = s.order_id AND p.position = s.position - 1"
        " WHERE s.good + s.scrap > p.good OR (s.state = 'finished' AND p.state <> 'finished')"
    )
    for pk, position in found:
        text = f"step {position} has more units than the step before it let through"
        yield Violation(rule="production.steps_follow", subject=f"production order {pk}", message=text)
