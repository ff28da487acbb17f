"""A party's common page: profile, places, people, consent, merging, erasing."""

import pytest
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.parties import queries
from rantai.foundation.parties.models import Address, Consent, Contact, MergeOperation, Party
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    make.make_company()
    user = make.make_user(roles=["manager"])
    client.force_login(user)
    return user


def url(name, *args):
    return reverse(f"foundation_parties:{name}", args=args)


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, manager, language):
    User.objects.update(language=language)
    party = make.make_party("Toko Melati")
    place = party.addresses.get()
    pages = [url(name, party.pk) for name in ("party", "edit", "add_address", "add_contact", "consent", "merge")]
    pages.append(url("address", party.pk, place.pk))

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_profile_is_changed(client, manager):
    party = make.make_party("Toko Melati")
    data = {
        "name": "Toko Melati Jaya",
        "email": "toko@example.org",
        "phone": "+62 21 555-0100",
        "language": "id",
        "revision": 1,
    }

    client.post(url("edit", party.pk), data)

    party.refresh_from_db()
    assert (party.name, party.phone, party.language, party.revision) == ("Toko Melati Jaya", "+62215550100", "id", 2)
    assert client.post(url("edit", party.pk), data | {"name": "Other"}).status_code == 409


@pytest.mark.parametrize(
    "changed",
    [{"name": ""}, {"email": "no address"}, {"phone": "0215550100"}, {"zone": "Mars/Olympus"}, {"language": "xx"}],
)
def test_a_bad_profile_is_refused(client, manager, changed):
    party = make.make_party("Toko Melati")

    answer = client.post(url("edit", party.pk), {"name": "X", "language": "id", "revision": 1} | changed)

    assert answer.status_code == 422
    assert Party.objects.get(pk=party.pk).name == "Toko Melati"


def test_places_people_and_consent_are_kept(client, manager):
    party = make.make_party("Toko Melati")
    old = party.addresses.get()
    place = {
        "kind": "ship",
        "street": "Jalan Kenanga 2",
        "city": "Bandung",
        "country": "ID",
        "zone": "Asia/Jakarta",
        "is_default": "on",
    }

    client.post(url("add_address", party.pk), place)
    client.post(
        url("add_contact", party.pk), {"name": "Rina", "email": "rina@example.org", "purposes": ["order", "invoice"]}
    )
    client.post(url("consent", party.pk), {"purpose": "marketing", "granted": "yes"})

    assert queries.find_address(party.pk).street == "Jalan Kenanga 2"
    assert Contact.objects.get().purposes == ["order", "invoice"]
    assert (Consent.objects.get().purpose, Consent.objects.get().granted) == ("marketing", True)
    client.post(url("archive_address", party.pk, old.pk))
    assert Address.objects.get(pk=old.pk).archived_at is not None


def test_a_merge_is_made_and_undone_on_the_page(client, manager):
    party, other = make.make_party("Toko Melati"), make.make_party("Melati, Toko")

    client.post(url("merge", party.pk), {"alias": other.pk})

    assert client.get(url("party", other.pk)).url == url("party", party.pk)
    assert "Melati, Toko" in client.get(url("party", party.pk)).content.decode()
    client.post(url("undo_merge", MergeOperation.objects.get().pk))
    assert client.get(url("party", other.pk)).status_code == 200
    assert client.post(url("undo_merge", MergeOperation.objects.get(action="merge").pk)).status_code == 302
    assert MergeOperation.objects.count() == 2


def test_merging_with_nobody_is_explained(client, manager):
    party = make.make_party()

    assert "no party with this number" in client.post(url("merge", party.pk), {"alias": 999999}).content.decode()
    assert "one party already" in client.post(url("merge", party.pk), {"alias": party.pk}).content.decode()


def test_only_who_may_can_erase(client, manager):
    party = make.make_party("Toko Melati")
    sales = make.make_user(roles=["sales"])
    client.force_login(sales)
    assert client.post(url("erase", party.pk)).status_code == 403
    assert Party.objects.get(pk=party.pk).name == "Toko Melati"

    client.force_login(manager)
    client.post(url("erase", party.pk))
    assert Party.objects.get(pk=party.pk).name == f"#{party.pk}"
    assert "erased" in client.get(url("party", party.pk)).content.decode()


def test_our_own_company_is_not_erased(client, manager):
    company = make.make_company()

    assert client.post(url("erase", company.party_id)).status_code == 404


def test_a_contact_is_changed_and_taken_off(client, manager):
    party = make.make_party("Toko Melati")
    client.post(
        url("add_contact", party.pk), {"name": "Rina", "email": "rina@example.org", "purposes": ["order", "invoice"]}
    )
    contact = party.contacts.get()
    contact.purposes = ["order", "quality"]
    contact.save()
    page = url("contact", party.pk, contact.pk)
    assert client.get(page).status_code == 200

    client.post(
        page, {"name": "Rina Hartono", "email": "rina@example.org", "position": "Buyer", "purposes": ["invoice"]}
    )

    contact.refresh_from_db()
    assert (contact.person.name, contact.position, contact.purposes) == (
        "Rina Hartono",
        "Buyer",
        ["invoice", "quality"],
    )
    client.post(url("remove_contact", party.pk, contact.pk))
    assert party.contacts.count() == 0
    assert Party.objects.get(pk=contact.person_id).archived_at is not None
