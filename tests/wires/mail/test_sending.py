"""Recorded messages go out by SMTP, once, in the party's language."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from rantai.foundation import events
from rantai.foundation.access import actions as access
from rantai.foundation.documents import actions as documents
from rantai.foundation.messages import actions as messages
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties.models import Company, Consent, Party
from rantai.kernel import clock, jobs
from rantai.kernel.models import Event, Job
from rantai.kernel.refs import DocRef
from rantai.wires.mail import queries, tasks
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def queue(party, **facts):
    described = {"key": "message.test", "ref": DocRef("party", party.pk), "values": {}, "dedupe_key": "test:1"} | facts
    return messages.queue_message(company_id=make.make_company().pk, party_id=party.pk, **described)


def hand_over(message):
    """Do what the relay does with the fact, then what a worker does with the jobs that are due."""
    with transaction.atomic():
        tasks.on_message_queued(events.MessageQueued(message_id=message.pk))
    work()
    message.refresh_from_db()


def work():
    while jobs.run_next(worker="test"):
        pass


def test_a_message_arrives_in_the_partys_language(mailbox):
    make.make_company(name="Kirana Display")
    message = queue(make.make_party("Toko Melati", language="id", email="toko@example.org"))

    hand_over(message)

    assert message.state == "sent"
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Pesan uji dari Kirana Display"
    assert mail["To"] == "toko@example.org"
    assert mail["From"].addresses[0].display_name == "Kirana Display"
    assert "Halo Toko Melati," in mail.get_body(("plain",)).get_content()
    assert "Halo Toko Melati," in mail.get_body(("html",)).get_content()
    assert mail["Message-ID"] == message.message_id
    assert mail["List-Unsubscribe"] is None


def test_a_chinese_party_reads_chinese(mailbox):
    hand_over(queue(make.make_party("深圳光电", language="zh-hans")))

    assert "深圳光电，您好" in mailbox.mails[0].get_body(("plain",)).get_content()


def test_a_message_is_sent_once_however_often_its_fact_arrives(mailbox):
    message = queue(make.make_party())

    hand_over(message)
    hand_over(message)

    assert len(mailbox.mails) == 1
    assert OutgoingMessage.objects.get().attempts == 1


def test_the_same_dedupe_key_records_nothing():
    party = make.make_party()

    assert queue(party) is not None
    assert queue(party) is None
    assert Event.objects.filter(kind="MessageQueued").count() == 1


def test_a_crash_before_the_mark_repeats_the_same_message_id(mailbox, monkeypatch):
    message = queue(make.make_party())

    def crash(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(messages, "mark_sent", crash)
        with pytest.raises(SystemExit):
            hand_over(message)
    assert OutgoingMessage.objects.get().state == "sending"
    Job.objects.update(lease_until=clock.now() - timedelta(minutes=1))

    work()

    assert OutgoingMessage.objects.get().state == "sent"
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert len(mailbox.mails) == 2


def test_a_full_mailbox_is_tried_again_later(mailbox):
    mailbox.answer = "452 mailbox full"
    message = queue(make.make_party())

    hand_over(message)

    assert (message.state, message.attempts) == ("queued", 1)
    assert "452" in message.error
    waiting = Job.objects.get(state="queued")
    assert timedelta(seconds=50) < waiting.run_at - clock.now() < timedelta(seconds=70)

    mailbox.answer = ""
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        work()
    assert OutgoingMessage.objects.get().state == "sent"


def test_an_address_that_does_not_exist_fails_at_once(mailbox):
    mailbox.answer = "550 no such user"
    message = queue(make.make_party())

    hand_over(message)

    assert (message.state, message.attempts) == ("failed", 1)
    assert not Job.objects.filter(state="queued").exists()


def test_a_server_that_stays_away_is_given_up_after_five_attempts(mailbox, settings):
    settings.EMAIL_PORT = 1
    message = queue(make.make_party())
    hand_over(message)

    for hours in range(1, 6):
        with time_machine.travel(clock.now() + timedelta(hours=3 * hours)):
            work()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 5)


def test_a_failed_message_can_be_retried_to_the_new_address(mailbox):
    mailbox.answer = "550 no such user"
    party = make.make_party()
    message = queue(party)
    hand_over(message)
    mailbox.answer = ""
    Party.objects.filter(pk=party.pk).update(email="new@example.org")

    with transaction.atomic():
        messages.retry_message(message, by="user:1")
    hand_over(message)

    assert message.state == "sent"
    assert mailbox.mails[0]["To"] == "new@example.org"


LINK = "https://rantai.kirana-display-and-sons.example/dock/a/8fGh2kLmN0pQrStUvWxYz123_-abcdefgh/"
SHOWN = "https://rantai.kirana-display-and-sons.example/dock/a/…/"


def queue_with_link(**facts):
    values = dict.fromkeys(("number", "supplier", "lines", "note", "day", "due_on", "answer_by", "changes"), "x")
    described = {"key": "purchase.order", "values": values | {"link": LINK}} | facts
    return queue(make.make_party("PT Sumber", role="supplier"), **described)


def test_a_link_is_forgotten_once_it_was_sent(mailbox):
    message = queue_with_link()
    assert message.values["link"] == LINK

    hand_over(message)

    assert message.state == "sent"
    assert LINK in mailbox.mails[0].get_body(("plain",)).get_content()
    assert message.values["link"] == SHOWN
    assert SHOWN in message.body
    assert LINK not in message.body + message.subject


def test_a_link_that_was_never_sent_is_forgotten_once_nobody_tries_again(mailbox):
    mailbox.answer = "550 no such user"
    message = queue_with_link()
    hand_over(message)
    forget = transaction.atomic(messages.forget_abandoned)

    assert (forget(before=message.recorded_at), message.values["link"]) == (0, LINK)
    assert forget(before=clock.now()) == 1
    assert forget(before=clock.now()) == 0

    message.refresh_from_db()
    assert (message.state, message.values["link"]) == ("failed", SHOWN)
    assert LINK not in message.body
    with transaction.atomic(), pytest.raises(messages.SecretForgotten):
        messages.retry_message(message, by="user:1")
    message.refresh_from_db()
    assert message.state == "failed"


def test_the_demonstration_keeps_what_others_send(mailbox):
    message = queue(make.make_party())
    Company.objects.update(is_demo=True)

    hand_over(message)

    assert message.state == "kept"
    assert message.body.startswith("Hello")
    assert mailbox.mails == []


def test_a_setting_keeps_messages_too(mailbox, settings):
    settings.MESSAGES_KEEP = True
    message = queue(make.make_party())

    hand_over(message)

    assert (message.state, mailbox.mails) == ("kept", [])


def test_a_name_cannot_smuggle_a_header(mailbox):
    make.make_company(name="Evil\r\nBcc: victim@example.org")
    message = queue(make.make_party("Toko\r\nBcc: other@example.org"))

    hand_over(message)

    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "A test from Evil Bcc: victim@example.org"


def test_html_in_a_name_is_text(mailbox):
    hand_over(queue(make.make_party("<b>Toko</b>")))

    assert "&lt;b&gt;Toko&lt;/b&gt;" in mailbox.mails[0].get_body(("html",)).get_content()


def test_attachments_travel_along(mailbox):
    party = make.make_party()
    with transaction.atomic():
        paper = documents.attach(DocRef("party", party.pk), name="nota.pdf", content=b"%PDF-1.7 x", by="test")

    hand_over(queue(party, attachments=[paper.pk]))

    (file,) = mailbox.mails[0].iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "nota.pdf",
        "application/pdf",
        b"%PDF-1.7 x",
    )


def agree(party):
    with transaction.atomic():
        parties.record_consent(party.pk, purpose="marketing", channel="email", granted=True, source="test")


def test_marketing_needs_consent():
    party = make.make_party()

    message = queue(party, purpose="marketing")

    assert message.state == "refused"
    assert "did not agree" in message.error
    assert not Event.objects.filter(kind="MessageQueued").exists()


def test_marketing_can_be_ended_by_its_link(mailbox, client):
    party = make.make_party()
    agree(party)
    with time_machine.travel(datetime(2026, 11, 23, 3, tzinfo=UTC)):
        hand_over(queue(party, purpose="marketing"))

    url = mailbox.mails[0]["List-Unsubscribe"].strip("<>").partition("://")[2].partition("/")[2]
    assert client.get(f"/{url}").status_code == 200
    assert Consent.objects.filter(granted=False).count() == 0
    client.post(f"/{url}", {"List-Unsubscribe": "One-Click"})

    assert mailbox.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert queue(party, purpose="marketing", dedupe_key="test:2").state == "refused"


def test_consent_taken_back_after_recording_is_respected_at_sending(mailbox):
    party = make.make_party()
    agree(party)
    with time_machine.travel(datetime(2026, 11, 23, 3, tzinfo=UTC)):
        message = queue(party, purpose="marketing")
        with transaction.atomic():
            parties.record_consent(party.pk, purpose="marketing", channel="email", granted=False, source="test")
        hand_over(message)

    assert (message.state, mailbox.mails) == ("refused", [])


def test_quiet_hours_are_the_partys(mailbox):
    party = make.make_party(zone="Asia/Jakarta")
    agree(party)
    with time_machine.travel(datetime(2026, 11, 23, 14, tzinfo=UTC)):  # 21:00 in Jakarta
        message = queue(party, purpose="marketing")
        hand_over(message)
        assert message.not_before == datetime(2026, 11, 24, 1, tzinfo=UTC)
        assert message.state == "queued"

    with time_machine.travel(datetime(2026, 11, 24, 1, 1, tzinfo=UTC)):
        work()

    assert OutgoingMessage.objects.get().state == "sent"


def test_a_party_without_address_is_refused_with_the_reason():
    message = queue(make.make_party(email=""))

    assert message.state == "refused"
    assert "no e-mail address" in message.error


def test_a_contact_named_for_the_purpose_is_written_to(mailbox):
    party = make.make_party(email="office@example.org")
    with transaction.atomic():
        parties.add_contact(party.pk, name="Rina", email="rina@example.org", purposes=["message"])

    hand_over(queue(party))

    assert mailbox.mails[0]["To"] == "rina@example.org"


def test_a_lost_job_is_found_again(mailbox):
    queue(make.make_party())

    jobs.enqueue("mail.send_due")
    work()

    assert OutgoingMessage.objects.get().state == "sent"


def test_an_invited_colleague_gets_a_link_that_opens(mailbox, client):
    with transaction.atomic():
        user = access.invite_user("budi@example.org", name="Budi", language="id", by="test")
        tasks.on_user_invited(events.UserInvited(user_id=user.pk))

    work()

    (mail,) = mailbox.mails
    text = mail.get_body(("plain",)).get_content()
    path = next(line for line in text.splitlines() if line.startswith("http")).partition("://")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 200


def test_a_digest_sums_up_what_was_not_seen(mailbox):
    make.make_company()
    user = make.make_user(roles=["planner"], digest="daily")
    item = make.make_item("MON-15")
    with transaction.atomic():
        documents.notify([user], kind="comment", ref=DocRef("item", item.pk), text="Ayu wrote: look at the lead time")

    for _twice in range(2):
        jobs.enqueue("mail.send_digests", {"pace": "daily"})
        work()

    (mail,) = mailbox.mails
    assert mail["Subject"] == "1 thing for you to see"
    assert "look at the lead time" in mail.get_body(("plain",)).get_content()


def test_a_link_in_a_mail_begins_with_the_public_address(settings):
    settings.PUBLIC_URL = "https://rantai.example.org"

    assert queries.make_url(reverse("account_login")) == "https://rantai.example.org/account/login/"
