"""People sign in by e-mail; accounts are made by invitation; doors close after many attempts."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.urls import reverse

from rantai.foundation.access import actions, queries
from rantai.foundation.access.models import User
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=make.PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_sign_in_page_speaks_the_browsers_language(client, language):
    answer = client.get(reverse("account_login"), headers={"accept-language": language})

    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


def test_a_user_signs_in_by_email_in_any_case(client):
    make.make_user("siti@example.org")

    answer = sign_in(client, "Siti@Example.org")

    assert answer.status_code == 302
    assert client.get(reverse("foundation_access:settings")).status_code == 200


def test_a_wrong_password_stays_outside(client):
    make.make_user("siti@example.org")

    answer = sign_in(client, "siti@example.org", "something else")

    assert answer.status_code == 200
    assert client.get(reverse("foundation_access:settings")).status_code == 302


def test_a_deactivated_user_cannot_sign_in(client):
    make.make_user("siti@example.org", is_active=False)

    sign_in(client, "siti@example.org")

    assert client.get(reverse("foundation_access:settings")).status_code == 302


def test_many_wrong_attempts_close_the_door_for_a_while(client):
    make.make_user("siti@example.org")
    for _attempt in range(8):
        answer = sign_in(client, "siti@example.org", "wrong again")

    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert sign_in(client, "siti@example.org").status_code == 429


def test_nobody_signs_up(client):
    answer = client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": make.PASSWORD, "password2": make.PASSWORD}
    )

    assert "by invitation" in answer.content.decode()
    assert User.objects.count() == 0


def test_the_second_factor_is_asked(client):
    user = make.make_user("siti@example.org")
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]

    answer = sign_in(client, "siti@example.org")
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(answer.url).status_code == 200
    assert client.get(reverse("foundation_access:settings")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(reverse("foundation_access:settings")).status_code == 200


def test_the_pages_of_the_second_factor_and_password_open(client):
    client.force_login(make.make_user())

    for name in ("mfa_index", "account_change_password", "account_logout", "account_reset_password"):
        assert client.get(reverse(name), follow=True).status_code == 200, name


def invite():
    with transaction.atomic():
        user = actions.invite_user("budi@example.org", name="Budi", by="test")
        return user, actions.issue_invitation(user)


def test_an_invitation_is_accepted_once(client):
    user, token = invite()
    page = reverse("foundation_access:invitation", args=[token])
    assert client.get(page).status_code == 200

    answer = client.post(page, {"password": "three short words", "again": "three short words"})

    assert answer.url == "/"
    assert client.get(reverse("foundation_access:settings")).status_code == 200
    client.logout()
    assert client.get(page).status_code == 410
    assert client.post(page, {"password": "another password", "again": "another password"}).status_code == 410
    assert User.objects.get(pk=user.pk).check_password("three short words")


def test_a_weak_password_is_refused_with_its_reason(client):
    _user, token = invite()

    answer = client.post(reverse("foundation_access:invitation", args=[token]), {"password": "short", "again": "short"})

    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert queries.find_link(token, "invite") is not None


def test_a_newer_invitation_ends_the_older(client):
    user, first = invite()
    with transaction.atomic():
        second = actions.issue_invitation(user)

    assert queries.find_link(first, "invite") is None
    assert queries.find_link(second, "invite") is not None


def test_an_invitation_ends_after_two_weeks(client):
    _user, token = invite()

    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        assert client.get(reverse("foundation_access:invitation", args=[token])).status_code == 410


def test_an_altered_or_misused_link_opens_nothing():
    with transaction.atomic():
        token = actions.issue_link("track", ref=DocRef("sales_order", 1))

    assert queries.find_link(token, "track").subject_id == 1
    assert queries.find_link(token, "answer") is None
    assert queries.find_link(token + "x", "track") is None
    with transaction.atomic():
        assert actions.revoke_links(DocRef("sales_order", 1), purpose="track") == 1
    assert queries.find_link(token, "track") is None
    assert queries.find_any_link(token, "track").revoked_at is not None


def test_permissions_are_read_once_a_request(django_assert_num_queries):
    user = User.objects.get(pk=make.make_user(roles=["planner", "buyer"]).pk)

    with django_assert_num_queries(1):
        assert user.has_perm("items.edit")
        assert not user.has_perm("access.manage")
        assert user.has_perms(["items.view", "calendars.view"])


def test_administrators_may_everything_and_former_colleagues_nothing():
    assert make.make_user(is_admin=True).has_perm("anything.at_all")
    assert not make.make_user(is_admin=True, is_active=False).has_perm("items.view")
    assert not make.make_user(kind="partner", roles=["planner"]).has_perm("items.view")


def test_when_somebody_was_last_seen_is_noted_by_posts_only(client):
    user = make.make_user()
    client.force_login(user)
    User.objects.update(seen_at=None)
    client.get(reverse("foundation_access:settings"))
    assert User.objects.get().seen_at is None

    settings = {"name": "S", "theme": "dark", "digest": "never"}
    client.post(reverse("foundation_access:settings"), settings)
    first = User.objects.get().seen_at
    client.post(reverse("foundation_access:settings"), settings)

    assert first is not None
    assert User.objects.get().seen_at == first
