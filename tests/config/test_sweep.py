"""What only grows is kept as long as the operator said, and no rule is broken by what goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.db import transaction

from rantai.config import environment, tasks
from rantai.foundation import events
from rantai.kernel import clock, cron, invariants, jobs, outbox
from rantai.kernel.models import CronSlot, Delivery, Event, IdempotentAnswer, Job
from rantai.wires.mail import tasks as mail

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = clock.now() - timedelta(days=200)
LATELY = clock.now() - timedelta(days=3)


def tell(at: datetime, *, state: str = "done") -> Event:
    """A fact of a day, told or not."""
    outbox.subscribe(events.UserInvited, mail.on_user_invited)
    with transaction.atomic():
        (event,) = outbox.record(events.UserInvited(user_id=1))
    Event.objects.filter(pk=event.pk).update(recorded_at=at)
    Delivery.objects.filter(event=event).update(state=state, next_at=at)
    return event


def end_job(at: datetime, state: str = "done") -> Job:
    job = jobs.enqueue("mail.send_due")
    Job.objects.filter(pk=job.pk).update(state=state, created_at=at, ended_at=at if state != "running" else None)
    return job


def sweep() -> dict[str, int]:
    job = jobs.enqueue(tasks.TASK)
    assert jobs.run_next(worker="test")
    job.refresh_from_db()
    assert job.state == "done", job.error
    result: dict[str, int] = job.result
    return result


def list_broken() -> list[str]:
    return [found.rule for found in invariants.list_violations()]


def test_facts_that_were_told_long_ago_lose_their_deliveries_and_stay_themselves() -> None:
    told = [tell(LONG_AGO), tell(LONG_AGO), tell(LATELY)]

    assert sweep()["deliveries"] == 2

    assert list(Delivery.objects.values_list("event_id", flat=True)) == [told[2].pk]
    assert Event.objects.count() == 3
    assert list_broken() == []


def test_what_was_never_told_is_kept_with_all_that_came_after_it() -> None:
    tell(LONG_AGO)
    parked = tell(LONG_AGO, state="parked")
    after = tell(LONG_AGO)

    assert sweep()["deliveries"] == 1

    assert set(Delivery.objects.values_list("event_id", flat=True)) == {parked.pk, after.pk}
    assert list_broken() == []


def test_ended_jobs_answers_slots_and_sign_ins_go_after_their_time() -> None:
    old, young, running = end_job(LONG_AGO, "failed"), end_job(LATELY), end_job(LONG_AGO, "running")
    slot = CronSlot.objects.create(name="old", slot=LONG_AGO, job=old)
    for at in (LONG_AGO, LATELY):
        IdempotentAnswer.objects.create(caller="key:1", key=str(at), request_hash="x", status=201, created_at=at)
        attempt = AccessAttempt.objects.create(username=str(at), ip_address="10.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=at)

    swept = sweep()

    assert {name: swept[name] for name in ("jobs", "answers", "slots", "sign_ins")} == dict.fromkeys(
        ("jobs", "answers", "slots", "sign_ins"), 1
    )
    assert not CronSlot.objects.filter(pk=slot.pk).exists()
    assert {young.pk, running.pk} < set(Job.objects.values_list("pk", flat=True))
    assert IdempotentAnswer.objects.get().created_at == LATELY
    assert AccessAttempt.objects.get().attempt_time == LATELY


def test_the_operator_says_how_long(settings) -> None:
    settings.KEEP_DAYS = 2
    tell(LATELY)

    assert sweep()["deliveries"] == 1


def test_less_than_a_week_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.KEEP_DAYS.name, "3")

    with pytest.raises(environment.UnusableSetting, match="7 or more"):
        environment.read_keep_days()


def test_the_sweep_is_regular_work() -> None:
    assert tasks.TASK in {entry.task for entry in cron.TABLE}
