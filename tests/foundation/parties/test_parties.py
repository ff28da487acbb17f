"""Parties are numbered, merged as aliases, and erased for good."""

import json

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from rantai.foundation import events, facade, handlers
from rantai.foundation.messages import actions as messages
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import actions, queries
from rantai.foundation.parties.models import Address, Contact, MergeOperation, NumberSeries, Party, PartyKey, Tombstone
from rantai.kernel.models import AuditEntry, Event
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@transaction.atomic
def number(company, kind="sales_order"):
    return actions.next_number(company.pk, kind)


@transaction.atomic
def merge(survivor, alias):
    return actions.merge_parties(survivor.pk, alias_id=alias.pk, evidence={"same": "phone"}, by="user:1")


@transaction.atomic
def undo(operation):
    return actions.undo_merge(operation, by="user:1")


@transaction.atomic
def edit(party, **values):
    return actions.edit_party(party, values=values, expected_revision=party.revision, by="user:1")


def test_numbers_follow_each_other_for_each_company_and_kind():
    first, second = make.make_company("A"), make.make_company("B")

    assert [number(first), number(first), number(second), number(first, "invoice")] == [
        "SO-00001", "SO-00002", "SO-00001", "INV-00001",
    ]  # fmt: skip


def test_a_kind_without_series_is_given_one():
    company = make.make_company()

    assert [number(company, "wave_pick"), number(company, "wave_pick")] == ["WP-00001", "WP-00002"]


def test_a_number_that_was_rolled_back_is_given_again():
    company = make.make_company()

    with transaction.atomic():
        actions.next_number(company.pk, "invoice")
        transaction.set_rollback(True)

    assert number(company, "invoice") == "INV-00001"


def test_a_number_is_one_statement(django_assert_num_queries):
    company = make.make_company()

    with transaction.atomic(), django_assert_num_queries(1):
        actions.next_number(company.pk, "sales_order")


def test_an_alias_is_resolved_and_documents_keep_their_party():
    melati, jaya, toko = (make.make_party(name) for name in ("Melati", "Melati Jaya", "Toko"))
    merge(jaya, toko)
    merge(melati, jaya)

    assert queries.canonical_id(toko.pk) == melati.pk
    assert sorted(queries.list_party_ids(toko.pk)) == sorted([melati.pk, jaya.pk, toko.pk])
    assert list(queries.list_parties("customer")) == [melati]
    assert Address.objects.filter(party=toko).count() == 1
    assert Event.objects.filter(kind="PartyMerged").count() == 2


def test_undoing_a_merge_closes_the_alias_only():
    melati, jaya, toko = (make.make_party(name) for name in ("Melati", "Melati Jaya", "Toko"))
    inner = merge(jaya, toko)
    outer = merge(melati, jaya)

    undo(outer)

    assert queries.canonical_id(jaya.pk) == jaya.pk
    assert queries.canonical_id(toko.pk) == jaya.pk
    with pytest.raises(actions.AlreadyUndone):
        undo(outer)
    undo(inner)
    assert queries.canonical_id(toko.pk) == toko.pk
    assert MergeOperation.objects.filter(action="undo").count() == 2


def test_a_party_is_merged_once_and_never_into_itself():
    melati, jaya = make.make_party(), make.make_party()
    merge(melati, jaya)

    for survivor, alias in [(melati, jaya), (jaya, melati), (melati, melati)]:
        with pytest.raises(actions.CannotMerge):
            merge(survivor, alias)


def test_our_own_company_is_no_alias():
    company = make.make_company()

    with pytest.raises(actions.CannotMerge, match="own company"):
        merge(make.make_party(), company.party)


class TestMerging(TestCase):
    """Whatever is merged and undone, every party resolves to one that is no alias, and undoing all restores all."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12), st.randoms(use_true_random=False))
    def test_any_merges_undone_in_any_order_leave_every_party_itself(self, pairs, random):
        parties = [make.make_party(f"P{place}") for place in range(6)]
        operations = []
        for left, right in pairs:
            try:
                operations.append(merge(parties[left], parties[right]))
            except actions.CannotMerge:
                continue
        for party in parties:
            end = queries.canonical_id(party.pk)
            assert Party.objects.get(pk=end).canonical_id is None
            assert party.pk in queries.list_party_ids(end)
        assert list(facade.list_violations()) == []

        random.shuffle(operations)
        for operation in operations:
            undo(operation)

        assert all(queries.canonical_id(party.pk) == party.pk for party in parties)


def test_a_change_of_a_name_is_noted_sealed():
    party = make.make_party("Siti Rahma", kind="person", email="siti@example.org")

    edit(party, name="Siti R.", language="id")

    sealed = AuditEntry.objects.get(sealed_for=party.pk)
    plain = AuditEntry.objects.get(action="changed", sealed_for=None)
    assert json.loads(queries.open_sealed(sealed)) == {"name": ["Siti Rahma", "Siti R."]}
    assert b"Siti" not in bytes(sealed.sealed)
    assert plain.changes == {"language": ["en", "id"]}


def test_of_two_editors_the_second_is_told():
    party = make.make_party("Melati")
    stale = Party.objects.get(pk=party.pk)
    edit(party, name="Melati Jaya")

    with pytest.raises(RevisionConflict) as refusal:
        edit(stale, name="Melati Abadi")

    assert (refusal.value.expected, refusal.value.actual) == (1, 2)
    assert Party.objects.get(pk=party.pk).name == "Melati Jaya"


def queue_letter(party):
    with transaction.atomic():
        return messages.queue_message(
            company_id=make.make_company().pk, key="message.test", party_id=party.pk, ref=DocRef("party", party.pk),
            values={}, dedupe_key=f"letter:{party.pk}",
        )  # fmt: skip


def erase(party):
    with transaction.atomic():
        actions.erase_party(party.pk, by="user:1")
    for event in Event.objects.filter(kind="PartyErased"):
        with transaction.atomic():
            handlers.on_party_erased(events.PartyErased.from_payload(event.payload))


def test_an_erased_party_cannot_be_read_anywhere():
    make.make_company()
    party = make.make_party("Siti Rahma", kind="person", email="siti@example.org", phone="+62215550100")
    alias = make.make_party("S. Rahma", kind="person", email="rahma@example.org")
    merge(party, alias)
    with transaction.atomic():
        actions.add_identifier(party.pk, kind="email", value="siti@example.org")
        actions.add_contact(party.pk, name="Budi Santoso", email="budi@example.org", position="Assistant")
    edit(party, name="Siti R.")
    queue_letter(party)

    erase(party)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("foundation_parties", "foundation_messages", "kernel")):
                cursor.execute(f'SELECT * FROM "{table}"')
                text = repr(cursor.fetchall())
                for secret in (
                    "Siti",
                    "Rahma",
                    "siti@",
                    "rahma@",
                    "Budi",
                    "budi@",
                    "+6221555",
                    "Melati 1",
                    "Assistant",
                ):
                    assert secret not in text, (table, secret)
    assert queries.open_sealed(AuditEntry.objects.get(sealed_for=party.pk)) is None
    assert not PartyKey.objects.exists()
    assert OutgoingMessage.objects.get().state == "refused"
    assert sorted(Tombstone.objects.values_list("party_id", flat=True)) == sorted([party.pk, alias.pk])


def test_a_restored_backup_is_erased_again():
    party = make.make_party("Siti Rahma", email="siti@example.org")
    erase(party)
    Party.objects.filter(pk=party.pk).update(name="Siti Rahma", email="siti@example.org")
    PartyKey.objects.create(party=party, key=Fernet.generate_key())

    with transaction.atomic():
        assert facade.reapply_tombstones() == 1

    party.refresh_from_db()
    assert (party.name, party.email) == (f"#{party.pk}", "")
    assert not PartyKey.objects.exists()


def test_a_contact_who_is_a_party_too_is_not_erased_with_the_company():
    company, person = make.make_party("Toko"), make.make_party("Budi", kind="person")
    Contact.objects.create(party=company, person=person)

    erase(company)

    assert Party.objects.get(pk=person.pk).name == "Budi"


@transaction.atomic
def upsert(*rows):
    return actions.upsert_parties(rows, source="shop")


def test_parties_are_upserted_by_key_and_the_same_file_changes_nothing():
    rows = [actions.PartyRow(key=str(place), name=f"Customer {place}", country="ID") for place in range(1200)]

    first = upsert(*rows)
    sequences = dict(Party.objects.values_list("pk", "changed_seq"))
    second = upsert(*rows)

    assert first == second
    assert len(first) == 1200
    assert dict(Party.objects.values_list("pk", "changed_seq")) == sequences
    assert Address.objects.filter(country="ID").count() == 1200

    upsert(actions.PartyRow(key="7", name="Customer Seven", country="ID"))
    assert Party.objects.get(pk=first["7"]).name == "Customer Seven"
    assert Party.objects.filter(revision=2).count() == 1


def test_an_identifier_points_to_one_party():
    first, second = make.make_party(), make.make_party()
    with transaction.atomic():
        actions.add_identifier(first.pk, kind="gln", value="4012345000009")
        again = actions.add_identifier(second.pk, kind="gln", value="4012345000009")

    assert again.party == first
    assert queries.find_identified("gln", ["4012345000009", "x"]) == {"4012345000009": first.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=first.pk).update(canonical_id=first.pk)


def test_the_first_place_is_the_usual_one():
    party = make.make_party()
    make.make_address(party, street="Jalan Kenanga 2")
    with transaction.atomic():
        bill = actions.add_address(party.pk, kind="bill", street="Jalan Anggrek 3")

    assert queries.find_address(party.pk).street == "Jalan Melati 1"
    assert queries.find_address(party.pk, "bill") == bill
    assert NumberSeries.objects.count() == 0
