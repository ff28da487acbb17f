"""Value all customers in the background."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rantai.crm.insight import actions, bridge, queries
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic


@jobs.task("crm.value_customers")
def value_customers(run: jobs.Run, *, company_id: int | None = None, as_of: str = "") -> dict[str, object]:
    """Value every customer as of a day (today where none is named) and tell operations what is at stake.

    Again gives the same. Readers see the old valuation until the new one is whole.
    """
    company = parties.get_company(company_id)
    day = clock.read_business_date(as_of, company.zone)
    run.progress(0, note=_("reading purchases"))
    held = bridge.snapshot(company, as_of=day)
    run.progress(0, note=_("valuing"))
    solution = bridge.solve(held)
    valuation = run_atomic(lambda: actions.begin_valuation(company, described=bridge.describe(held, solution)))
    rows = bridge.to_rows(held, solution, valuation)
    for start in range(0, len(rows), actions.CHUNK):
        chunk = rows[start : start + actions.CHUNK]
        run_atomic(lambda chunk=chunk: actions.stage_values(chunk))  # type: ignore[misc]
        run.progress(min(start + actions.CHUNK, len(rows)), len(rows), note=_("writing values"))
    run_atomic(lambda: actions.make_current(valuation))
    for start in range(0, len(rows), actions.CHUNK):
        chunk = rows[start : start + actions.CHUNK]
        run_atomic(lambda chunk=chunk: actions.note_worth(valuation, chunk))  # type: ignore[misc]
    stakes = _tell_operations([row.account_id for row in rows])
    while run_atomic(lambda: actions.delete_old(company)):
        pass
    run.progress(len(rows), len(rows))
    return {
        "valuation": valuation.pk,
        "customers": valuation.customers,
        "value": valuation.value,
        "at_risk": valuation.at_risk,
        "currency": valuation.currency,
        "method": valuation.method,
        "stakes": stakes,
    }


def _tell_operations(account_ids: list[int]) -> int:
    known = 0
    for place in range(0, len(account_ids), actions.CHUNK):
        lines = queries.list_open_schedule(account_ids[place : place + actions.CHUNK])
        for start in range(0, len(lines), actions.STAKES_AT_ONCE):
            chunk = lines[start : start + actions.STAKES_AT_ONCE]
            known += run_atomic(lambda chunk=chunk: actions.update_stakes(chunk))  # type: ignore[misc]
    return known
