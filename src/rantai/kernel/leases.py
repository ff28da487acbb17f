"""Roles that one process holds at a time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from rantai.kernel import clock, processes
from rantai.kernel.models import Lease


def hold(name: str, *, holder: str, lasts: timedelta, address: str = "") -> bool:
    """Take or keep the role; return whether `holder` has it now.

    A role is free when its lease ran out or its holder, a process of this machine, is gone.
    """
    at = clock.now()
    current = Lease.objects.filter(name=name).first()
    if current and current.holder == holder and current.until - at > lasts / 2:
        return True
    lost = current.holder if current and processes.is_gone(current.holder) else holder
    with transaction.atomic():
        mine = Lease.objects.filter(Q(holder__in=[holder, lost]) | Q(until__lt=at), name=name)
        if mine.update(holder=holder, until=at + lasts, address=address):
            return True
        _row, created = Lease.objects.get_or_create(
            name=name, defaults={"holder": holder, "until": at + lasts, "address": address}
        )
    return created


def release(name: str, *, holder: str) -> None:
    """Give the role up so that the next process need not wait."""
    Lease.objects.filter(name=name, holder=holder).update(until=clock.now())


def find_address(name: str) -> str | None:
    """Return where the present holder can be asked, or None where nobody holds the role."""
    return Lease.objects.filter(name=name, until__gt=clock.now()).values_list("address", flat=True).first()
