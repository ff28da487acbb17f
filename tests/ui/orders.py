"""A throwaway table of orders, made for a test and rolled back with it."""

import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.test import RequestFactory

from rantai.ui import tables

START = datetime.date(2026, 11, 2)
CUSTOMERS = ("PT Sinar Medika", "Hotel Padma", "Klinik Harapan")


class SampleOrder(models.Model):
    """Not a table of the product: Django never migrates it."""

    number = models.CharField(max_length=20)
    customer = models.CharField(max_length=40)
    status = models.CharField(max_length=10)
    due_on = models.DateField()
    promised_on = models.DateField(null=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        app_label = "ui"
        managed = False
        db_table = "ui_test_order"

    def __str__(self) -> str:
        return self.number


class OrderTable(tables.Table):
    """The list under test."""

    name = "orders"
    caption = "Orders"
    number = tables.Column("Order", sort=True)
    customer = tables.Column("Customer", sort=True, grow=True, sub="currency")
    state = tables.StateColumn("State", accessor="status", states={"open": ("run", "Open"), "late": ("hurt", "Late")})
    due_on = tables.Column("Due", format="day", sort=True)
    promised_on = tables.Column("Promised", format="day", sort=True)
    amount = tables.Column("Total", format="money", currency="currency", sort=True, total=True)
    filters = [
        tables.Search("q", fields=["number", "customer"]),
        tables.Choice("state", "State", field="status", choices=[("open", "Open"), ("late", "Late")], many=True),
        tables.Dates("due", "Due", field="due_on"),
        tables.Numbers("total", "Total", field="amount", scale=10_000),
        tables.Flag("rupiah", "In rupiah", q=Q(currency="IDR")),
    ]
    views = [tables.View("all", "All", {}), tables.View("late", "Late", {"state": "late"}, count=True, hurt=True)]
    sort = "-due_on"
    page_size = 7
    pivots = tables.Pivots(
        rows=["customer"],
        columns=["state"],
        measures=[
            tables.Measure("n", "Orders"),
            tables.Measure("sum", "Total", field="amount", format="money", currency="IDR"),
        ],
    )


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE ui_test_order (id bigint PRIMARY KEY, number varchar(20) NOT NULL,"
            " customer varchar(40) NOT NULL, status varchar(10) NOT NULL, due_on date NOT NULL,"
            " promised_on date NULL, amount bigint NOT NULL,"
            " currency varchar(3) NOT NULL)"
        )


def insert_orders(count: int) -> None:
    """Every third promise is unknown, every fifth order late; several share a due date."""
    SampleOrder.objects.bulk_create(
        SampleOrder(
            id=at,
            number=f"SO-{at:05}",
            customer=CUSTOMERS[at % 3],
            status="late" if at % 5 == 0 else "open",
            due_on=START + datetime.timedelta(days=at * 7 % 11),
            promised_on=None if at % 3 == 0 else START + datetime.timedelta(days=at % 4),
            amount=at * 10_000,
            currency="IDR" if at % 2 else "EUR",
        )
        for at in range(1, count + 1)
    )


def open_list(query: str = "", **options: Any) -> OrderTable:
    request = RequestFactory().get("/orders/" + query)
    return OrderTable(SampleOrder.objects.all(), request=request, today=START, **options)
