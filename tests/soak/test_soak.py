"""Twenty random kills of the loop's program: `make soak`."""

import random
import secrets

import pytest

from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations
from tests.loop import test_kill

KILLS = 20


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_twenty_kills_lose_and_double_nothing() -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory)
    account = sales.make_customer("Klinik Harapan", territory=territory)
    item = sales.make_priced_item("MON-15-XG")
    operations.make_stock(item, site, test_kill.STOCK)

    for _kill in range(KILLS):
        lines, pause = chance.randint(1, 6), chance.uniform(0, 0.1)
        test_kill.run_and_kill(account.party_id, item.pk, after_lines=lines, pause=pause)
    test_kill.run_to_the_end(account.party_id, item.pk)

    test_kill.check_everything(account.party_id, item.pk, site.pk)
