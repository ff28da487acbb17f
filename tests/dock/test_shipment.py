"""What a supplier tells of goods on their way, and the order's paper."""

import pytest

from rantai.kernel.models import Event
from rantai.srm.collaboration.models import ShipNotice
from tests.dock.answers import fields, make_order, state_of_things
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dropship_is_followed_by_its_stages(client):
    home = foundation.make_address(foundation.make_party("Ibu Sari"), street="Jalan Kenanga 3")
    order = make_order(location_id=None, drop_to_address_id=home.pk, drop_for_number="SO-00009")
    link = make.find_link(order)
    assert "Jalan Kenanga 3" in client.get(link).content.decode()

    client.post(link, fields(order, ("10", "2026-11-20"), do="all"))
    sent = {"stage-stage": "handed_to_carrier", "stage-carrier": "JNE", "stage-tracking": "JN-1"}
    client.post(f"{link}shipment/", sent)
    before = state_of_things()
    again = client.post(f"{link}shipment/", sent, follow=True)

    assert "We know this already" in again.content.decode()
    assert state_of_things() == before
    stages = [event.payload["stage"] for event in Event.objects.filter(kind="ShipNoticed").order_by("id")]
    assert stages == ["accepted", "handed_to_carrier"]
    last = Event.objects.filter(kind="ShipNoticed").order_by("-id").first()
    assert (last.payload["carrier"], last.payload["tracking"]) == ("JNE", "JN-1")


def test_a_stage_that_does_not_exist_is_refused(client):
    order = make_order()

    answer = client.post(f"{make.find_link(order)}shipment/", {"stage-stage": "teleported"})

    assert answer.status_code == 422
    assert ShipNotice.objects.count() == 0


def test_the_paper_is_given_to_whoever_holds_the_link(client):
    order = make_order(language="zh-hans")

    paper = client.get(f"{make.find_link(order)}paper/")

    assert paper.content.startswith(b"%PDF")
    assert order.number in paper["Content-Disposition"]
