"""Facts of one act are written together; a state and a revision move by one update."""

from contextlib import suppress

import pytest
from django.db import transaction

from rantai.crm.orders import states
from rantai.crm.orders.models import SalesOrder
from rantai.kernel import outbox, revisions
from rantai.kernel.models import Event
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transitions import IllegalTransition
from tests.factories import crm
from tests.kernel.test_outbox import KettleBoiled

pytestmark = pytest.mark.django_db


def test_gathered_facts_are_written_at_the_end_in_their_order(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(3), outbox.gather():
        assert outbox.record(KettleBoiled(kettle_id=1, litres=1)) == []
        with outbox.gather():
            outbox.record(KettleBoiled(kettle_id=2, litres=2))
        outbox.record(KettleBoiled(kettle_id=1, litres=3))
        assert not Event.objects.exists()

    rows = Event.objects.order_by("id").values_list("stream", "stream_seq", "payload__litres")
    assert list(rows) == [("kettle:1", 1, 1), ("kettle:2", 1, 2), ("kettle:1", 2, 3)]


def test_an_act_that_fails_tells_nothing():
    with suppress(ValueError), transaction.atomic(), outbox.gather():
        outbox.record(KettleBoiled(kettle_id=1, litres=1))
        raise ValueError("no tea")

    with transaction.atomic():
        outbox.record(KettleBoiled(kettle_id=2, litres=1))
    assert Event.objects.get().stream == "kettle:2"


def test_a_step_is_taken_with_the_revision_or_not_at_all():
    made = crm.make_order(crm.make_customer(), [(crm.make_priced_item(), 2)])
    order = SalesOrder.objects.get(pk=made.pk)
    twin = SalesOrder.objects.get(pk=order.pk)

    with transaction.atomic():
        revisions.take(order, expected=order.revision, **states.ORDERS.step(order, "cancelled"))

    stored = SalesOrder.objects.get(pk=order.pk)
    assert (stored.state, stored.revision) == ("cancelled", twin.revision + 1)
    with pytest.raises(RevisionConflict), transaction.atomic():
        revisions.take(twin, expected=twin.revision, **states.ORDERS.step(twin, "confirmed"))
    with pytest.raises(IllegalTransition), transaction.atomic():
        revisions.take(twin, expected=stored.revision, **states.ORDERS.step(twin, "confirmed"))
    with pytest.raises(IllegalTransition):
        states.ORDERS.step(stored, "confirmed")
