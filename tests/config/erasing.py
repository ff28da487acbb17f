"""What the tests of erasure and restore do in a database of their own, in a process of its own: `erasing.py VERB …`."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from rantai.foundation.companies import actions as companies  # noqa: E402 (after the settings)
from rantai.foundation.messages import actions as messages  # noqa: E402
from rantai.foundation.messages.models import OutgoingMessage  # noqa: E402
from rantai.foundation.parties import actions as parties  # noqa: E402
from rantai.foundation.parties.models import Party, PartyKey, Tombstone  # noqa: E402
from rantai.kernel import clock, relay  # noqa: E402
from rantai.kernel.refs import DocRef  # noqa: E402
from rantai.kernel.transactions import run_atomic  # noqa: E402


def make() -> int:
    """A company that has written to a person."""
    return run_atomic(_make)


def _make() -> int:
    company = companies.create_company(code="E", name="Erase", currency="EUR", country="DE", zone="Europe/Berlin")
    person = parties.add_party("Sri Rahayu", roles=["customer"], kind="person", email="sri@example.org")
    facts = {"key": "message.test", "ref": DocRef("party", person.pk), "values": {}, "dedupe_key": "erase:1"}
    messages.queue_message(company_id=company.pk, party_id=person.pk, at=clock.now() + timedelta(days=1), **facts)
    return person.pk


def add(name: str) -> int:
    """One more customer."""
    return run_atomic(lambda: parties.add_party(name, roles=["customer"]).pk)


def erase(party_id: str) -> int:
    """Forget a person, and what the houses keep of them."""
    run_atomic(lambda: parties.erase_party(int(party_id), by="user:1"))
    return relay.drain()


def read(party_id: str) -> dict[str, object]:
    """Return what is known of a person."""
    party = Party.objects.filter(pk=party_id).first()
    return {
        "name": party and party.name,
        "email": party and party.email,
        "letters_to": list(OutgoingMessage.objects.filter(party_id=party_id).values_list("address", flat=True)),
        "keys": PartyKey.objects.filter(party_id=party_id).count(),
        "erased": Tombstone.objects.filter(party_id=party_id).exists(),
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
