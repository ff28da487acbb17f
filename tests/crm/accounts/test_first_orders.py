"""Two first orders of one customer at once open one account."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from rantai.crm.accounts.actions import open_account
from rantai.crm.accounts.models import Account
from rantai.kernel.models import AuditEntry
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation

CLERKS = 6


@pytest.mark.django_db(transaction=True)
def test_clerks_who_open_one_account_at_once_all_get_it():
    party = foundation.make_party("New")
    together, opened, errors = threading.Barrier(CLERKS), [], []

    def order(clerk: int) -> None:
        together.wait()
        try:
            opened.append(run_atomic(lambda: open_account(party.pk, by=f"user:{clerk}").pk))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    clerks = [threading.Thread(target=order, args=(number,)) for number in range(CLERKS)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()

    assert errors == []
    assert set(opened) == {Account.objects.get(party=party).pk}
    assert AuditEntry.objects.filter(ref_kind="account", action="opened").count() == 1
