"""Adding to many rows in one statement."""

from __future__ import annotations

import pytest

from rantai.kernel import clock, increments
from rantai.kernel.models import Job

pytestmark = pytest.mark.django_db


def make_jobs(*done: int) -> list[Job]:
    return [
        Job.objects.create(task="test", run_at=clock.now(), created_at=clock.now(), done=count, priority=0)
        for count in done
    ]


def read(rows: list[Job]) -> list[tuple[int, int]]:
    return [Job.objects.values_list("done", "priority").get(pk=row.pk) for row in rows]


def test_each_row_gets_its_own_deltas_in_one_statement(django_assert_num_queries) -> None:
    rows = make_jobs(1, 2)

    with django_assert_num_queries(1):
        changed = increments.add(Job, {rows[0].pk: (10, 1), rows[1].pk: (-2, 0)}, columns=("done", "priority"))

    assert changed == {row.pk for row in rows}
    assert read(rows) == [(11, 1), (0, 0)]


def test_row_that_fails_the_guard_is_left_alone_and_missing_from_the_answer() -> None:
    rows = make_jobs(1, 5)

    changed = increments.add(Job, {row.pk: (-3,) for row in rows}, columns=("done",), guard="t.done + d.c0 >= 0")

    assert changed == {rows[1].pk}
    assert read(rows) == [(1, 0), (2, 0)]


def test_unknown_rows_and_nothing_to_do_change_nothing() -> None:
    assert increments.add(Job, {10**9: (1,)}, columns=("done",)) == set()
    assert increments.add(Job, {}, columns=("done",)) == set()


def test_thousands_of_rows_go_in_chunks() -> None:
    Job.objects.bulk_create(Job(task="test", run_at=clock.now(), created_at=clock.now()) for _number in range(2500))
    deltas = dict.fromkeys(Job.objects.filter(task="test").values_list("pk", flat=True), (1,))

    assert increments.add(Job, deltas, columns=("done",)) == set(deltas)
    assert set(Job.objects.values_list("done", flat=True)) == {1}
