"""Messages are made of words that users may change, and never of code."""

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.foundation.messages import actions, queries
from rantai.foundation.messages.models import MessageTemplate, OutgoingMessage
from rantai.foundation.parties import actions as parties
from rantai.kernel.refs import DocRef
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@transaction.atomic
def save(**changed):
    words = {"language": "id", "subject": "Kabar dari {{ company }}", "body": "Halo {{ party }}"} | changed
    return actions.save_words("message.test", company_id=make.make_company().pk, by="test", **words)


def test_own_words_come_before_those_shipped():
    save()
    save(subject="Versi dua")
    company = make.make_company()

    words = queries.get_words("message.test", "id", company_id=company.pk)

    assert (words.subject, words.version) == ("Versi dua", 2)
    assert queries.get_words("message.test", "en", company_id=company.pk).version == 0


def test_a_language_without_words_falls_back_to_english():
    words = queries.get_words("message.test", "de", company_id=make.make_company().pk)

    assert words.language == "en"


@pytest.mark.parametrize("body", ["{{ price }}", "{{ party }} {{ order_number }}"])
def test_a_name_that_nothing_fills_is_refused_at_saving(body):
    with pytest.raises(queries.MissingNames):
        save(body=body)


@pytest.mark.parametrize("body", ["{{ party.name }}", "{% include 'x' %}", "{{ party|safe }}", "{{ 7*7 }}", "{{}}"])
def test_code_is_refused_at_saving(body):
    with pytest.raises(actions.OddBraces):
        save(body=body)


def test_values_are_put_in_once_and_not_read_again():
    assert queries.fill("{{ a }}{{b}}", {"a": "{{ b }}", "b": 2}) == "{{ b }}2"


def test_a_kind_that_is_switched_off_is_refused():
    save(is_active=False)
    party = make.make_party(language="id")

    with transaction.atomic():
        message = actions.queue_message(
            company_id=make.make_company().pk, key="message.test", party_id=party.pk, ref=DocRef("party", party.pk),
            values={}, dedupe_key="x",
        )  # fmt: skip

    assert (message.state, message.error) == ("refused", "Messages of this kind are switched off.")


def test_a_message_to_an_alias_goes_to_the_party_it_stands_for():
    make.make_company()
    survivor, alias = make.make_party("Melati"), make.make_party("Melati Jaya")
    with transaction.atomic():
        parties.merge_parties(survivor.pk, alias_id=alias.pk, by="test")
        message = actions.queue_message(
            company_id=make.make_company().pk, key="message.test", party_id=alias.pk, ref=DocRef("party", alias.pk),
            values={}, dedupe_key="x",
        )  # fmt: skip

    assert message.party == survivor


@pytest.fixture
def editor(client):
    make.make_company()
    user = make.make_user(roles=["manager"])
    client.force_login(user)
    return user


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_pages_open(client, editor, language):
    type(editor).objects.update(language=language)
    pages = [reverse("foundation_messages:outbox"), reverse("foundation_messages:words_list")]
    pages += [reverse("foundation_messages:words", args=["message.test", language])]

    assert [client.get(page).status_code for page in pages] == [200, 200, 200]


def test_words_are_saved_on_the_page_and_previewed_before(client, editor):
    page = reverse("foundation_messages:words", args=["message.test", "en"])
    data = {"subject": "News of {{ company }}", "body": "Dear {{ party }}", "is_active": "on"}

    preview = client.post(page, data | {"preview": "1"})
    assert "Dear ‹party›" in preview.content.decode()
    assert MessageTemplate.objects.count() == 0

    client.post(page, data)
    assert MessageTemplate.objects.get().subject == "News of {{ company }}"


def test_bad_words_are_explained_beside_the_field(client, editor):
    page = reverse("foundation_messages:words", args=["message.test", "en"])

    answer = client.post(page, {"subject": "x", "body": "{{ party.email }}"})

    assert answer.status_code == 422
    assert "is not understood" in answer.content.decode()
    assert MessageTemplate.objects.count() == 0


def test_a_message_shows_what_it_says_and_can_be_sent_again(client, editor):
    party = make.make_party("Toko Melati")
    with transaction.atomic():
        message = actions.queue_message(
            company_id=make.make_company().pk, key="message.test", party_id=party.pk, ref=DocRef("party", party.pk),
            values={}, dedupe_key="x",
        )  # fmt: skip
    OutgoingMessage.objects.update(state="failed", error="550 no such user")

    shown = client.get(reverse("foundation_messages:message", args=[message.pk])).content.decode()
    client.post(reverse("foundation_messages:retry", args=[message.pk]))

    assert "Hello Toko Melati" in shown
    assert "550 no such user" in shown
    assert OutgoingMessage.objects.get().state == "queued"


def test_who_may_only_look_cannot_retry(client):
    make.make_company()
    client.force_login(make.make_user(roles=["planner"]))

    assert client.post(reverse("foundation_messages:retry", args=[1])).status_code == 403
