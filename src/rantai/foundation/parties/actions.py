"""Number documents; add, change, merge and erase parties."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet
from django.utils.translation import gettext as _

from rantai.foundation import events
from rantai.foundation.parties import queries, rules
from rantai.foundation.parties.models import (
    Address,
    Consent,
    Contact,
    MergeOperation,
    Party,
    PartyIdentifier,
    PartyKey,
    PartyRole,
    Tombstone,
)
from rantai.kernel import audit, changes, clock, externals, inserts, outbox, revisions, statements
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

PERSONAL = ("name", "email", "phone")
_BATCH = 500


class CannotMerge(ValueError):
    """Two parties that cannot become one."""


class AlreadyUndone(ValueError):
    """A merge that was undone before, or that is an undoing itself."""

    def __init__(self, operation: MergeOperation) -> None:
        self.operation = operation
        super().__init__(_("This merge is undone already. Nothing was changed."))


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyRow:
    """A party as a file or an API names it by `key`."""

    key: str
    name: str
    kind: str = "organisation"
    role: str = "customer"
    language: str = "en"
    email: str = ""
    phone: str = ""
    zone: str = ""
    country: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    is_anonymous: bool = False
    custom: dict[str, Any] = field(default_factory=dict)


def next_number(company_id: int, kind: str) -> str:
    """Take and return the next number of a kind of document, such as 'SO-00012'.

    Holds the series' row until the end of the transaction: take it last. A kind without a series is given one.
    """
    return next_numbers(company_id, kind, count=1)[0]


def next_numbers(company_id: int, kind: str, *, count: int) -> list[str]:
    """Take several numbers at once, in one statement: what bulk work needs."""
    require_transaction()
    prefix = rules.SERIES.get(kind) or "".join(word[0] for word in kind.split("_")).upper() + "-"
    ((prefix, after, digits),) = statements.read(
        "INSERT INTO foundation_parties_numberseries (company_id, kind, prefix, next_number, digits, is_gapless)"
        " VALUES (%s, %s, %s, %s, 5, %s) ON CONFLICT (company_id, kind)"
        " DO UPDATE SET next_number = foundation_parties_numberseries.next_number + %s"
        " RETURNING prefix, next_number, digits",
        [company_id, kind, prefix, 1 + count, kind in rules.GAPLESS, count],
    )
    return [f"{prefix}{after - count + place:0{digits}d}" for place in range(count)]


def add_party(
    name: str, *, roles: Sequence[str] = (), kind: str = "organisation", by: str = "system", **profile: Any
) -> Party:
    """Add a party with its roles; `profile` holds other fields of Party such as language, email, zone."""
    require_transaction()
    party = Party.objects.create(name=name, kind=kind, changed_seq=changes.next_change(), **profile)
    PartyRole.objects.bulk_create([PartyRole(party=party, role=role) for role in roles])
    audit.record(DocRef("party", party.pk), action="added", by=by)
    return party


def add_role(party_id: int, role: str) -> None:
    """Let a party be one more thing to us; a role it had before begins anew."""
    require_transaction()
    PartyRole.objects.update_or_create(party_id=party_id, role=role, defaults={"ended_on": None})


def edit_party(party: Party, *, values: Mapping[str, Any], expected_revision: int, by: str) -> Party:
    """Change fields of a party; personal ones are noted sealed. Raises RevisionConflict."""
    before = {name: getattr(party, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    revisions.take(party, expected=expected_revision, changed_seq=changes.next_change(), **changed)
    _note_changes(party, {name: [before[name], value] for name, value in changed.items()}, by=by)
    return party


def add_address(party_id: int, *, kind: str = "ship", is_default: bool = False, **place: Any) -> Address:
    """Add a place of a party; the first of its kind is the default."""
    require_transaction()
    same = Address.objects.filter(party_id=party_id, kind=kind, archived_at=None)
    is_default = is_default or not same.exists()
    if is_default:
        same.update(is_default=False)
    return Address.objects.create(party_id=party_id, kind=kind, is_default=is_default, **place)


def edit_address(address: Address, **place: Any) -> Address:
    """Change a place of a party."""
    require_transaction()
    Address.objects.filter(pk=address.pk).update(**place)
    Party.objects.filter(pk=address.party_id).update(changed_seq=changes.next_change())
    address.refresh_from_db()
    return address


def place_addresses(territory_id: int, *, country: str, regions: Sequence[str] = ()) -> int:
    """Let the addresses of a country, or of regions of it, lie in a territory; return how many."""
    require_transaction()
    found = Address.objects.filter(country=country, archived_at=None)
    if regions:
        found = found.filter(region__in=regions)
    return found.update(territory_id=territory_id)


def archive_address(address: Address) -> None:
    """Hide a place; documents that name it keep it."""
    require_transaction()
    Address.objects.filter(pk=address.pk).update(archived_at=clock.now(), is_default=False)


def add_identifier(party_id: int, *, kind: str, value: str) -> PartyIdentifier:
    """Let a key point to a party; raises IntegrityError where it points to another."""
    require_transaction()
    return PartyIdentifier.objects.get_or_create(kind=kind, value=value, defaults={"party_id": party_id})[0]


def add_contact(
    party_id: int, *, name: str, email: str = "", phone: str = "", position: str = "",
    purposes: Sequence[str] = (), by: str = "system",
) -> Contact:  # fmt: skip
    """Add a person who acts for a party."""
    person = add_party(name, kind="person", email=email, phone=phone, by=by)
    return Contact.objects.create(party_id=party_id, person=person, position=position, purposes=list(purposes))


def edit_contact(
    contact: Contact, *, values: Mapping[str, Any], position: str, purposes: Sequence[str], by: str
) -> None:
    """Change a person who acts for a party: what is theirs (name, e-mail, telephone), and what they are sent."""
    require_transaction()
    edit_party(contact.person, values=values, expected_revision=contact.person.revision, by=by)
    Contact.objects.filter(pk=contact.pk).update(position=position, purposes=list(purposes))


def remove_contact(contact: Contact, *, by: str) -> None:
    """Let a person no longer act for a party: the person is hidden, their part in what happened stays."""
    require_transaction()
    Contact.objects.filter(pk=contact.pk).delete()
    if not Contact.objects.filter(person_id=contact.person_id).exists():
        Party.objects.filter(pk=contact.person_id).update(archived_at=clock.now(), changed_seq=changes.next_change())
    audit.record(DocRef("party", contact.party_id), action="contact removed", by=by)


def record_consent(party_id: int, *, purpose: str, channel: str, granted: bool, source: str) -> Consent:
    """Note what a party allows; earlier rows stay as its history."""
    require_transaction()
    return Consent.objects.create(
        party_id=party_id, purpose=purpose, channel=channel, granted=granted, at=clock.now(), source=source
    )


def upsert_parties(rows: Sequence[PartyRow], *, source: str) -> dict[str, int]:
    """Add or change parties in bulk by the key under which `source` knows them; return key → party id.

    The same rows twice change nothing: only parties that differ are written.
    """
    require_transaction()
    by_key = {row.key: row for row in rows}
    known = externals.find_external(source, "party", by_key)
    new = [row for key, row in by_key.items() if key not in known]
    _change_known([(known[key], row) for key, row in by_key.items() if key in known])
    added = _add_rows(new)
    externals.bind_external(source, "party", added)
    return known | added


def merge_parties(
    survivor_id: int, *, alias_id: int, evidence: dict[str, Any] | None = None, by: str
) -> MergeOperation:
    """Let one party stand for another: an alias, no document is moved. Raises CannotMerge."""
    require_transaction()
    survivor, alias = queries.canonical_id(survivor_id), queries.canonical_id(alias_id)
    if alias != alias_id or survivor == alias:
        raise CannotMerge(_("These are one party already. Nothing was changed."))
    if Party.objects.filter(pk=alias, company__isnull=False).exists():
        raise CannotMerge(_("Our own company cannot become an alias. Merge the other way round."))
    Party.objects.filter(pk=alias).update(canonical_id=survivor, changed_seq=changes.next_change())
    operation = MergeOperation.objects.create(
        survivor_id=survivor, alias_id=alias, action="merge", evidence=evidence or {}, at=clock.now(), by=by
    )
    audit.record(DocRef("party", alias), action="merged", by=by, changes={"canonical": [None, survivor]})
    outbox.record(events.PartyMerged(party_id=survivor, alias_id=alias))
    return operation


def undo_merge(operation: MergeOperation, *, by: str) -> MergeOperation:
    """Let the alias stand for itself again; raises AlreadyUndone."""
    require_transaction()
    open_alias = Party.objects.filter(pk=operation.alias_id, canonical_id=operation.survivor_id)
    undone = MergeOperation.objects.filter(undoes=operation).exists() or operation.action != "merge"
    if undone or not open_alias.update(canonical=None, changed_seq=changes.next_change()):
        raise AlreadyUndone(operation)
    closing = MergeOperation.objects.create(
        survivor_id=operation.survivor_id, alias_id=operation.alias_id, action="undo", undoes=operation,
        at=clock.now(), by=by,
    )  # fmt: skip
    audit.record(
        DocRef("party", operation.alias_id), action="merge_undone", by=by,
        changes={"canonical": [operation.survivor_id, None]},
    )  # fmt: skip
    outbox.record(events.PartyMerged(party_id=operation.survivor_id, alias_id=operation.alias_id, undone=True))
    return closing


def erase_party(party_id: int, *, by: str) -> None:
    """Erase what is personal of a party and its aliases; documents keep the party without its name.

    Destroys the key of the sealed audit, leaves a tombstone, and tells the houses, who erase what they keep.
    """
    require_transaction()
    now = clock.now()
    for pk in queries.list_party_ids(party_id):
        Tombstone.objects.get_or_create(party_id=pk, defaults={"erased_at": now, "by": by})
        _erase(pk)
        audit.record(DocRef("party", pk), action="erased", by=by)


def reapply_tombstones() -> int:
    """Erase again what a restored backup brought back; return how many parties that concerned."""
    require_transaction()
    found = list(Party.objects.filter(pk__in=Tombstone.objects.values("party_id")).values_list("pk", flat=True))
    for pk in found:
        _erase(pk)
    return len(found)


def _erase(party_id: int) -> None:
    people = list(Contact.objects.filter(party_id=party_id, person__roles=None).values_list("person_id", flat=True))
    for pk in [party_id, *people]:
        Party.objects.filter(pk=pk).update(
            name=f"#{pk}", email="", phone="", custom={}, archived_at=clock.now(), changed_seq=changes.next_change()
        )
        Address.objects.filter(party_id=pk).update(attention="", street="", postcode="")
        PartyIdentifier.objects.filter(party_id=pk).delete()
        PartyKey.objects.filter(party_id=pk).delete()
        outbox.record(events.PartyErased(party_id=pk))
    Contact.objects.filter(party_id=party_id).update(position="")


def _note_changes(party: Party, changed: dict[str, list[Any]], *, by: str) -> None:
    personal = {name: pair for name, pair in changed.items() if name in PERSONAL}
    plain = {name: [str(part) for part in pair] for name, pair in changed.items() if name not in PERSONAL}
    ref = DocRef("party", party.pk)
    if plain:
        audit.record(ref, action="changed", by=by, changes=plain)
    if personal:
        seal, _made = PartyKey.objects.get_or_create(party=party, defaults={"key": Fernet.generate_key()})
        sealed = Fernet(bytes(seal.key)).encrypt(json.dumps(personal).encode())
        audit.record_sealed(ref, action="changed", by=by, sealed=sealed, party_id=party.pk)


def _profile(row: PartyRow) -> dict[str, Any]:
    names = ("name", "kind", "language", "email", "phone", "zone", "is_anonymous", "custom")
    return {name: getattr(row, name) for name in names}


def _add_rows(rows: Sequence[PartyRow]) -> dict[str, int]:
    if not rows:
        return {}
    seq = changes.next_change()
    parties = inserts.add([Party(**_profile(row), changed_seq=seq) for row in rows])
    pairs = list(zip(parties, rows, strict=True))
    inserts.send([PartyRole(party=party, role=row.role) for party, row in pairs])
    inserts.send(
        [
            Address(
                party=party, street=row.street, city=row.city, region=row.region, postcode=row.postcode,
                country=row.country, zone=row.zone or "UTC", is_default=True,
            )
            for party, row in pairs
            if row.country or row.street or row.city
        ]
    )  # fmt: skip
    return {row.key: party.pk for party, row in pairs}


def _change_known(pairs: Sequence[tuple[int, PartyRow]]) -> None:
    stored = {pk: party for start in range(0, len(pairs), _BATCH) for pk, party in Party.objects.in_bulk(
        [pk for pk, _row in pairs[start : start + _BATCH]]
    ).items()}  # fmt: skip
    changed = []
    for pk, row in pairs:
        party, profile = stored[pk], _profile(row)
        if any(getattr(party, name) != value for name, value in profile.items()):
            for name, value in profile.items():
                setattr(party, name, value)
            party.revision += 1
            changed.append(party)
    if changed:
        seq = changes.next_change()
        for party in changed:
            party.changed_seq = seq
        Party.objects.bulk_update(changed, [*_profile(pairs[0][1]), "revision", "changed_seq"], batch_size=200)
