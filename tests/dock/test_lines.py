"""The answer to one line: as asked, changed, cannot; in parts, short, after goods have arrived."""

import pytest

from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm
from rantai.srm.collaboration.models import SupplierCommit
from tests.dock.answers import DEC_1, NOV_20, fields, kinds, make_order, state_of_things
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_line_comes_in_parts_and_together_again(client):
    order = make_order()
    link = make.find_link(order)

    page = client.post(link, fields(order, ("6", "2026-11-20"), ("4", "2026-12-01")), follow=True)

    assert "1 line comes later" in page.content.decode()
    rows = make.list_schedules(order)
    assert [(row.ordered, row.committed, row.committed_on) for row in rows] == [
        (60_000, 60_000, NOV_20),
        (40_000, 40_000, DEC_1),
    ]
    # supply appears before it leaves: nobody sees less than there is
    assert kinds()[1:] == ["PurchaseOrdered", "PurchaseCommitChanged", "PurchaseCommitChanged"]
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6), Quantity.of(4)]
    client.post(link, fields(order, ("10", "2026-11-20")))
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(10)]
    assert list(srm.list_violations()) == []


def test_what_arrived_stays_when_the_rest_moves(client):
    order = make_order()
    link = make.find_link(order)
    client.post(link, fields(order, ("10", "2026-11-20")))
    make.receive(order, 4, on=NOV_20)

    client.post(link, fields(order, ("4", "2026-11-20"), ("6", "2026-12-01")))

    rows = make.list_schedules(order)
    assert [(row.received, row.committed, row.committed_on, row.first_committed_on) for row in rows] == [
        (40_000, 40_000, NOV_20, NOV_20),
        (0, 60_000, DEC_1, NOV_20),
    ]
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6)]
    assert list(srm.list_violations()) == []


def test_fewer_than_asked_leaves_the_rest_to_the_buyer(client):
    order = make_order()

    page = client.post(make.find_link(order), fields(order, ("7", "2026-11-20")), follow=True)

    assert "1 line comes short" in page.content.decode()
    order.refresh_from_db()
    assert order.state == "part_confirmed"
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(7)]


@pytest.mark.parametrize(
    ("units", "on", "words"),
    [
        ("11", "2026-11-20", "but 10 are ordered"),
        ("-1", "2026-11-20", "at least 0"),
        ("1e30", "2026-11-20", "larger than any"),
        ("NaN", "2026-11-20", "Write a figure"),
        ("ten", "2026-11-20", "Write a figure"),
        ("99999999999", "2026-11-20", "larger than any"),
        ("10", "", "On which day"),
        ("10", "1900-01-01", "between 2000 and 2199"),
        ("10", "2999-01-01", "between 2000 and 2199"),
        ("10", "2026-02-30", "is no day"),
    ],
)
def test_what_cannot_be_meant_is_named_and_nothing_kept(client, units, on, words):
    order = make_order()
    before = state_of_things()

    answer = client.post(make.find_link(order), fields(order, (units, on)))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert f'value="{units}"' in text
    assert state_of_things() == before


def test_quantities_are_read_as_the_supplier_writes_them(client):
    order = make_order(2000, language="id")

    client.post(make.find_link(order), fields(order, ("1.250,5", "2026-11-20")))

    assert make.list_schedules(order)[0].committed == 12_505_000


def choose(order, *answers: str, do: str = "lines", **typed: str) -> dict[str, str]:
    """What a browser sends: a choice for each line, and every field as it stands, shown or not."""
    data = {"asked_revision": str(order.asked_revision), "do": do, "note": ""}
    for row, how in zip(make.list_schedules(order), answers, strict=True):
        data |= {
            f"how_{row.pk}": how,
            f"units_{row.pk}_1": "10",
            f"on_{row.pk}_1": "2026-11-20",
            f"reason_{row.pk}": "",
        }
        data |= {f"{name}_{row.pk}{'' if name == 'reason' else '_1'}": value for name, value in typed.items()}
    return data


def make_two():
    supplier = make.make_supplier("Suzhou Light")
    return make.make_sent(supplier, [(foundation.make_item(code=code), 10) for code in ("PANEL-15", "PANEL-17")])


def committed(order) -> list[tuple[int | None, str]]:
    return [(row.committed, f"{row.committed_on:%m-%d}") for row in make.list_schedules(order)]


def test_a_line_stands_as_asked_until_something_else_is_chosen(client):
    order = make_two()

    text = client.get(make.find_link(order)).content.decode()

    assert "Can these 2 lines arrive as asked?" in text
    for row in make.list_schedules(order):
        for how, is_chosen in (("asked", True), ("changed", False), ("cannot", False)):
            radio = f'type="radio" name="how_{row.pk}" value="{how}"'
            assert radio in text
            assert (" checked" in text.partition(radio)[2].partition(">")[0]) == is_chosen


def test_each_line_gets_its_own_answer(client):
    order = make_two()
    first, second = make.list_schedules(order)
    said = choose(order, "asked", "changed") | {f"on_{second.pk}_1": "2026-12-01", f"reason_{second.pk}": "glass"}

    page = client.post(make.find_link(order), said, follow=True).content.decode()

    assert committed(order) == [(100_000, "11-20"), (100_000, "12-01")]
    assert "1 line comes later" in page
    assert f'name="how_{second.pk}" value="changed"' in page
    reasons = SupplierCommit.objects.order_by("schedule_id").values_list("schedule_id", "reason")
    assert list(reasons) == [(first.pk, ""), (second.pk, "glass")]


@pytest.mark.parametrize("typed", [{"units": "3"}, {"on": "2026-12-01"}, {"units": "many"}, {"on": ""}])
def test_as_asked_is_as_asked_whatever_stands_in_the_fields_behind_it(client, typed):
    order = make_order()

    answer = client.post(make.find_link(order), choose(order, "asked", **typed))

    assert answer.status_code == 302
    assert committed(order) == [(100_000, "11-20")]


def test_cannot_keeps_nothing_and_says_why(client):
    order = make_order()
    link = make.find_link(order)

    page = client.post(link, choose(order, "cannot", units="many", reason="No panels before March"), follow=True)

    (row,) = make.list_schedules(order)
    assert (row.committed, row.open_units) == (0, 0)
    assert SupplierCommit.objects.get().reason == "No panels before March"
    text = page.content.decode()
    assert "1 line comes short" in text
    assert "No panels before March" in text
    assert "checked" in text.partition(f'name="how_{row.pk}" value="cannot"')[2].partition(">")[0]
    assert list(srm.list_violations()) == []


def test_cannot_stands_by_what_has_arrived(client):
    order = make_order()
    link = make.find_link(order)
    client.post(link, choose(order, "asked"))
    make.receive(order, 4, on=NOV_20)

    client.post(link, choose(order, "cannot", reason="press broke"))

    assert [(row.received, row.committed) for row in make.list_schedules(order)] == [(40_000, 40_000)]
    assert srm.list_open_supply() == ()
    assert list(srm.list_violations()) == []


@pytest.mark.parametrize("how", ["cannot", "changed"])
def test_confirming_everything_over_another_answer_is_asked_once_more(client, how):
    order = make_order()
    link, said = make.find_link(order), choose(order, how, do="all", units="7")

    asked = client.post(link, said)

    assert asked.status_code == 422
    assert "once more" in asked.content.decode()
    assert make.list_schedules(order)[0].committed is None
    client.post(link, said | {"sure": "1"})
    assert committed(order) == [(100_000, "11-20")]


def test_changed_without_a_change_is_as_asked(client):
    order = make_order()

    page = client.post(make.find_link(order), choose(order, "changed"), follow=True)

    assert "You keep all quantities and dates" in page.content.decode()
    assert kinds() == ["PurchaseOrdered", "PurchaseConfirmed"]


def test_an_answer_that_does_not_exist_is_refused(client):
    order = make_order()
    before = state_of_things()

    answer = client.post(make.find_link(order), choose(order, "perhaps"))

    assert answer.status_code == 422
    assert "perhaps" in answer.content.decode()
    assert state_of_things() == before


def test_the_same_choices_twice_change_nothing(client):
    order = make_two()
    link, said = make.find_link(order), choose(order, "asked", "cannot", reason="port")
    client.post(link, said)
    before = state_of_things()

    again = client.post(link, said, follow=True)

    assert "exactly this before" in again.content.decode()
    assert state_of_things() == before
