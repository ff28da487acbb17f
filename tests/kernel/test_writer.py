"""Who holds SQLite's one writer too long is named in the log."""

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from rantai.kernel import transactions
from rantai.kernel.models import KpiValue
from rantai.kernel.sqlite import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has many writers")


def write_long() -> None:
    KpiValue.objects.filter(code="none").delete()


def list_holders() -> list[str]:
    with capture_logs() as logs:
        transactions.run_atomic(write_long)
    return [line["where"] for line in logs if line["event"] == "writer_held"]


def test_a_long_transaction_is_told_with_its_length(monkeypatch):
    monkeypatch.setattr(base, "LONGEST_SECONDS", 0.0)

    with capture_logs() as logs:
        transactions.run_atomic(write_long)

    assert [line["event"] for line in logs] == ["writer_held"]
    assert logs[0]["ms"] >= 0


def test_a_short_transaction_is_not_told():
    assert list_holders() == []


def test_what_was_given_back_is_not_told(monkeypatch):
    monkeypatch.setattr(base, "LONGEST_SECONDS", 0.0)

    with capture_logs() as logs, transaction.atomic():
        write_long()
        transaction.set_rollback(True)

    assert logs == []


def test_the_function_that_opened_it_is_named(monkeypatch):
    monkeypatch.setattr(base, "_OURS", str(base.Path(__file__).parents[2]))

    assert "test_writer.py" in base.find_caller()
