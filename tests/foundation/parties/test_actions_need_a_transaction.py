"""Actions are called inside the transaction of their edge."""

import pytest

from rantai.foundation.access import actions as access
from rantai.foundation.calendars import actions as calendars
from rantai.foundation.items.actions import items
from rantai.foundation.parties import actions as parties


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "act",
    [
        lambda: parties.next_number(1, "sales_order"),
        lambda: parties.add_party("Melati"),
        lambda: parties.erase_party(1, by="test"),
        lambda: items.add_item("MON", name="Monitor"),
        lambda: calendars.add_calendar("C", name="C", zone="UTC"),
        lambda: access.add_user("a@example.org", name="A", by="test"),
    ],
)
def test_an_action_outside_a_transaction_is_refused(act):
    with pytest.raises(RuntimeError, match="transaction of its edge"):
        act()
