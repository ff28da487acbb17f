"""What must always hold of slots, takes and promises."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.kernel.invariants import Violation, rows


def list_violations() -> Iterator[Violation]:
    """Check slots against their takes and what is kept of them, demands and their ledger."""
    yield from _slots_off()
    yield from _kept_off()
    yield from _demands_off()
    yield from _takes_off()
    yield from _ledgers_off()


def _slots_off() -> Iterator[Violation]:
    found = rows(
        "SELECT s.id, s.available, s.promised, COALESCE(t.units, 0), s.moving, COALESCE(m.units, 0)"
        " FROM iscm_promising_supplyslot s LEFT JOIN"
        " (SELECT slot_id, SUM(units) AS units FROM iscm_promising_slottake WHERE slot_id IS NOT NULL"
        " GROUP BY slot_id) t ON t.slot_id = s.id LEFT JOIN"
        " (SELECT moved_from_id, SUM(units) AS units FROM iscm_promising_slottake WHERE moved_from_id IS NOT NULL"
        " GROUP BY moved_from_id) m ON m.moved_from_id = s.id WHERE s.promised <> COALESCE(t.units, 0)"
        " OR s.moving <> COALESCE(m.units, 0) OR s.promised + s.moving > s.available"
    )
    for pk, available, promised, taken, moving, moved in found:
        text = f"available {available}, promised {promised}, taken {taken}, moving {moving}, taken to be moved {moved}"
        yield Violation(rule="slot.promised_is_sum_of_takes", subject=f"slot {pk}", message=text)


def _kept_off() -> Iterator[Violation]:
    found = rows(
        "SELECT s.id, s.available - s.promised - s.moving, s.kept, COALESCE(a.units, 0)"
        " FROM iscm_promising_supplyslot s LEFT JOIN"
        " (SELECT slot_id, SUM(units - promised) AS units FROM iscm_promising_allocation GROUP BY slot_id) a"
        " ON a.slot_id = s.id WHERE s.kept <> COALESCE(a.units, 0) OR s.kept > s.available - s.promised - s.moving"
    )
    for pk, free, kept, left in found:
        text = f"free {free}, kept {kept}, left of allocations {left}"
        yield Violation(rule="slot.kept_is_what_allocations_leave", subject=f"slot {pk}", message=text)
    found = rows(
        "SELECT a.id, a.promised, t.units FROM iscm_promising_allocation a JOIN (SELECT allocation_id,"
        " SUM(units) AS units FROM iscm_promising_slottake WHERE allocation_id IS NOT NULL GROUP BY allocation_id) t"
        " ON t.allocation_id = a.id WHERE a.promised < t.units"
    )
    for pk, promised, taken in found:
        text = f"promised {promised}, taken {taken}"
        yield Violation(rule="allocation.holds_its_takes", subject=f"allocation {pk}", message=text)


def _demands_off() -> Iterator[Violation]:
    found = rows(
        "SELECT d.id, d.units, d.fulfilled, d.cancelled, d.reserved, COALESCE(t.units, 0), COALESCE(p.unpromised, 0)"
        " FROM iscm_demand_demand d LEFT JOIN iscm_promising_promise p ON p.demand_id = d.id LEFT JOIN"
        " (SELECT demand_id, SUM(units) AS units FROM iscm_promising_slottake GROUP BY demand_id) t"
        " ON t.demand_id = d.id WHERE d.units <> d.fulfilled + d.cancelled + d.reserved + COALESCE(t.units, 0)"
        " + COALESCE(p.unpromised, 0)"
    )
    for pk, units, fulfilled, cancelled, reserved, taken, unpromised in found:
        text = (
            f"{units} units, but {fulfilled} fulfilled + {cancelled} cancelled + {reserved} reserved"
            f" + {taken} taken + {unpromised} unpromised"
        )
        yield Violation(rule="demand.every_unit_counted_once", subject=f"demand {pk}", message=text)


def _takes_off() -> Iterator[Violation]:
    found = rows(
        "SELECT t.id, d.item_id, s.item_id, s.location_id, t.location_id FROM iscm_promising_slottake t"
        " JOIN iscm_promising_supplyslot s ON s.id = t.slot_id JOIN iscm_demand_demand d ON d.id = t.demand_id"
        " WHERE d.item_id <> s.item_id OR t.location_id <> s.location_id OR d.state <> 'open'"
    )
    for pk, wanted, given, _at, _from in found:
        text = f"a demand for item {wanted} leans on item {given}, or on another place, or has ended"
        yield Violation(rule="take.fits_its_slot", subject=f"take {pk}", message=text)


def _ledgers_off() -> Iterator[Violation]:
    found = rows(
        "SELECT p.demand_id, p.revision, COUNT(r.id), MAX(r.revision) FROM iscm_promising_promise p"
        " LEFT JOIN iscm_promising_promiserevision r ON r.demand_id = p.demand_id GROUP BY p.demand_id, p.revision"
        " HAVING COUNT(r.id) <> p.revision OR MAX(r.revision) <> p.revision"
    )
    for pk, revision, count, last in found:
        text = f"stands at revision {revision}, the ledger has {count} up to {last}"
        yield Violation(rule="promise.ledger_without_gap", subject=f"demand {pk}", message=text)
