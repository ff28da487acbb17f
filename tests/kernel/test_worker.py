"""A worker delivers facts while a long job runs, and a busy database does not end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import clear_url_caches, get_resolver

from rantai.foundation import events
from rantai.kernel import jobs, outbox
from rantai.kernel.models import Delivery, Job
from rantai.wires.mail import tasks as mail
from tests.factories import foundation

PROGRAM = """
import sys, time
import django
django.setup()
from rantai.kernel import jobs, worker
@jobs.task("test.sleep")
def sleep(run):
    time.sleep(60)
worker.run()
"""


def wait_for(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_long_job_holds_up_no_fact() -> None:
    outbox.subscribe(events.UserInvited, mail.on_user_invited)
    user = foundation.make_user()
    job = jobs.enqueue("test.sleep")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": "src:."}
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment)
    try:
        wait_for(lambda: Job.objects.get(pk=job.pk).state == "running")

        with transaction.atomic():
            outbox.record(events.UserInvited(user_id=user.pk))

        wait_for(lambda: not Delivery.objects.exclude(state="done").exists())
        assert Job.objects.get(pk=job.pk).state == "running"
        assert Job.objects.get(task="mail.send_invitation").state == "queued"
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()


@pytest.mark.django_db(transaction=True)
def test_a_worker_knows_every_page_before_its_first_letter_holds_the_writer() -> None:
    clear_url_caches()
    assert "url_patterns" not in vars(get_resolver())

    call_command("worker", once=True)

    assert "url_patterns" in vars(get_resolver())
