"""Jobs run once, survive a killed worker, report, fail visibly and can be cancelled."""

import socket
import subprocess
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from rantai.kernel import clock, cron, jobs, leases
from rantai.kernel.models import CronSlot, Job

pytestmark = pytest.mark.django_db

seen: list[Any] = []


@jobs.task("test.remember")
def remember(run: jobs.Run, *, what: str) -> dict[str, str]:
    """Remember and report."""
    run.progress(1, 1, "remembering")
    seen.append(what)
    return {"remembered": what}


@jobs.task("test.fail")
def fail(run: jobs.Run) -> None:
    """Fail."""
    raise ValueError("bad luck")


@pytest.fixture(autouse=True)
def forget() -> None:
    """Start with nothing seen."""
    seen.clear()


def work(times: int = 1) -> None:
    for _turn in range(times):
        Job.objects.filter(state="queued").update(run_at=clock.now())
        jobs.run_next(worker="w1")


def test_a_job_runs_and_keeps_its_result() -> None:
    job = jobs.enqueue("test.remember", {"what": "tea"}, actor="user:1")

    work()

    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total, job.note) == (
        "done",
        {"remembered": "tea"},
        1,
        1,
        "remembering",
    )
    assert seen == ["tea"]


def test_one_live_job_for_a_key() -> None:
    first = jobs.enqueue("test.remember", {"what": "tea"}, key="k")
    second = jobs.enqueue("test.remember", {"what": "tea"}, key="k")
    work()
    third = jobs.enqueue("test.remember", {"what": "tea"}, key="k")

    assert first.pk == second.pk != third.pk


def test_a_killed_workers_job_is_taken_over_when_its_lease_ends() -> None:
    job = jobs.enqueue("test.remember", {"what": "tea"})
    assert jobs.claim(worker="killed") is not None
    assert not jobs.run_next(worker="w2")

    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert jobs.run_next(worker="w2")

    job.refresh_from_db()
    assert (job.state, job.attempts, job.worker) == ("done", 2, "w2")


def test_a_worker_that_lost_its_lease_does_not_end_the_job() -> None:
    job = jobs.enqueue("test.remember", {"what": "tea"})
    stale = jobs.claim(worker="slow")
    assert stale is not None
    Job.objects.filter(pk=job.pk).update(worker="w2")

    jobs.run_job(stale, worker="slow")

    job.refresh_from_db()
    assert (job.state, seen) == ("running", [])


def test_a_failing_job_is_tried_again_and_then_shown() -> None:
    job = jobs.enqueue("test.fail", max_attempts=2)

    work(3)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 2, "ValueError: bad luck")


def test_a_task_that_this_release_lacks_fails_by_name() -> None:
    job = jobs.enqueue("test.gone", max_attempts=1)

    work()

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "UnknownTask: 'test.gone'")


def test_a_queued_job_is_cancelled_at_once_and_a_running_one_at_its_next_report() -> None:
    queued, running = jobs.enqueue("test.remember", {"what": "a"}), None
    jobs.ask_to_cancel(queued.pk)
    running = jobs.enqueue("test.remember", {"what": "b"})
    claimed = jobs.claim(worker="w1")
    assert claimed is not None
    jobs.ask_to_cancel(running.pk)

    jobs.run_job(claimed, worker="w1")

    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}
    assert seen == []


def test_a_role_has_one_holder_until_its_lease_ends() -> None:
    minute = timedelta(minutes=1)

    assert leases.hold("planner", holder="a", lasts=minute, address="unix:a")
    assert not leases.hold("planner", holder="b", lasts=minute)
    assert leases.find_address("planner") == "unix:a"
    leases.release("planner", holder="a")
    assert leases.hold("planner", holder="b", lasts=minute)


NIGHTLY = cron.Entry(name="nightly", task="test.remember", at=(time(2, 30),), payload={"what": "night"})


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-29T00:45+00:00", "2026-03-28T01:30+00:00"),  # before Berlin's clocks go forward
        ("2026-03-29T02:00+00:00", "2026-03-29T01:30+00:00"),  # 02:30 does not exist: taken after the gap
        ("2026-10-25T00:31+00:00", "2026-10-25T00:30+00:00"),  # 02:30 comes twice: the first counts
        ("2026-10-25T03:00+00:00", "2026-10-25T00:30+00:00"),
    ],
)
def test_a_slot_stands_still_while_clocks_change(now: str, slot: str) -> None:
    found = cron.last_slot(NIGHTLY, now=datetime.fromisoformat(now), zone="Europe/Berlin")

    assert found == datetime.fromisoformat(slot)


def test_a_missed_slot_is_caught_up_once() -> None:
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    CronSlot.objects.create(name="before the stop", slot=now.replace(day=1))

    counts = [cron.queue_due((NIGHTLY,), now=now, zone="Asia/Jakarta") for _look in range(3)]

    assert counts == [1, 0, 0]
    assert CronSlot.objects.get(name=NIGHTLY.name).slot == datetime(2026, 5, 3, 19, 30, tzinfo=UTC)


def test_a_job_of_a_process_that_is_gone_is_taken_over_at_once() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    job = jobs.enqueue("test.remember", {"what": "tea"})
    assert jobs.claim(worker=f"{socket.gethostname()}:{gone.pid}") is not None

    assert jobs.run_next(worker="w2")

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_role_of_a_process_that_is_gone_is_free_at_once() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    minute = timedelta(minutes=1)
    leases.hold("relay", holder=f"{socket.gethostname()}:{gone.pid}", lasts=minute)

    assert leases.hold("relay", holder="w2", lasts=minute)
    assert not leases.hold("relay", holder="w3", lasts=minute)


given_up: list[str] = []


@jobs.when_lost("test.remember")
def note_end(*, what: str) -> None:
    """Note what was given up."""
    given_up.append(what)


def lose(job: Job, times: int) -> None:
    """Let as many workers claim a job and vanish."""
    for _worker in range(times):
        assert jobs.claim(worker="killed") is not None
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def test_a_job_whose_workers_vanish_is_no_failure_until_it_took_ten_along() -> None:
    given_up.clear()
    job = jobs.enqueue("test.remember", {"what": "tea"}, max_attempts=1)

    lose(job, jobs.LOST_AT_MOST)
    assert given_up == []
    assert jobs.claim(worker="w2") is None

    job.refresh_from_db()
    assert (job.state, job.attempts, given_up) == ("failed", 10, ["tea"])


def test_what_a_person_waits_for_goes_before_regular_work_and_letters() -> None:
    for actor in ("", "cron:nightly", "user:1"):
        jobs.enqueue("test.remember", {"what": actor}, actor=actor)

    work(3)

    assert seen == ["user:1", "cron:nightly", ""]


asked: list[datetime] = []


@jobs.task("test.fall")
def fall(run: jobs.Run) -> None:
    """Note when it was asked for, and fail at the first try."""
    asked.append(run.asked_at)
    if len(asked) == 1:
        raise ValueError("bad luck")


def test_a_second_attempt_knows_when_the_first_was_asked_for() -> None:
    asked.clear()
    job = jobs.enqueue("test.fall")

    work(2)

    assert asked == [job.created_at, job.created_at]
