import json
import logging

import pytest
from axes.models import AccessAttempt
from django.test import RequestFactory

from rantai.config import lockout, logs, requests
from rantai.foundation.access.models import User


@pytest.fixture
def user(db) -> User:
    user = User(email="sari@example.org", name="Sari", language="id")
    user.set_password("a long password")
    user.save()
    return user


def test_the_users_language_wins_over_cookie_and_browser(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "zh-hans"

    assert client.get("/account/password/change/", headers={"accept-language": "en"})["Content-Language"] == "id"


@pytest.mark.django_db
def test_the_cookie_wins_over_the_browser(client):
    client.cookies["django_language"] = "zh-hans"

    assert client.get("/account/login/", headers={"accept-language": "id"})["Content-Language"] == "zh-hans"


def test_a_stranger_is_answered_in_the_browsers_language_without_the_database(client):
    response = client.get("/healthz", headers={"accept-language": "id,en;q=0.5"})

    assert response["Content-Language"] == "id"
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize(("given", "kept"), [("abc-123", True), ("x" * 65, False), ("a b", False), ("a\tb", False)])
def test_a_request_keeps_a_plain_id_and_no_other(given, kept):
    request = RequestFactory().get("/", headers={"X-Request-ID": given})

    assert (requests.read_request_id(request) == given) is kept


def test_pages_forbid_foreign_and_inline_code(client):
    policy = client.get("/healthz")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


def test_a_log_line_holds_no_personal_data():
    event = {"event": "sent", "email": "sari@example.org", "message": 7}

    assert logs.drop_personal_data(None, "info", event) == {"event": "sent", "message": 7}


def test_djangos_own_line_holds_no_path():
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Gone", "/link/secret-token"), None)

    logs.HidePath().filter(record)

    assert "secret-token" not in record.getMessage()


def test_repeated_wrong_passwords_lock_the_account_and_keep_no_address(client, user, settings):
    answers = [
        client.post("/account/login/", {"login": "Sari@example.org", "password": f"wrong {n}"}).status_code
        for n in range(settings.AXES_FAILURE_LIMIT + 1)
    ]

    assert answers[-1] == 429
    assert client.post("/account/login/", {"login": user.email, "password": "a long password"}).status_code == 429
    assert (
        "sari" not in json.dumps(list(AccessAttempt.objects.values_list("username", "get_data", "post_data"))).lower()
    )


def test_an_account_has_one_hash_however_it_is_typed():
    hashes = {lockout.hash_account(None, {"email": address}) for address in ("a@b.c", " A@b.C ")}

    assert len(hashes) == 1
    assert "a@b.c" not in hashes
