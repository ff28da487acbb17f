"""What the tests of erasure and restore do in the database of the programs that they run."""

from datetime import timedelta

from rantai.foundation.companies import actions as companies
from rantai.foundation.messages import actions as messages
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Party, PartyKey, Tombstone
from rantai.kernel import clock, relay
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic


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


def erase(party_id: int) -> int:
    """Forget a person, and what the houses keep of them."""
    run_atomic(lambda: parties.erase_party(party_id, by="user:1"))
    return relay.drain()


def read(party_id: int) -> dict[str, object]:
    """Return what is known of a person."""
    party = Party.objects.filter(pk=party_id).first()
    return {
        "name": party and party.name,
        "email": party and party.email,
        "letters_to": list(OutgoingMessage.objects.filter(party_id=party_id).values_list("address", flat=True)),
        "keys": PartyKey.objects.filter(party_id=party_id).count(),
        "erased": Tombstone.objects.filter(party_id=party_id).exists(),
    }
