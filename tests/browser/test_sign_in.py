import pytest
from playwright.sync_api import Page, expect

from rantai.foundation.access.models import User

PASSWORD = "a long password"


@pytest.fixture
def user(live_server) -> User:
    user = User(email="sari@example.org", name="Sari", language="id", kind="staff", is_admin=True)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("id", "id"), ("zh-CN", "zh-hans")])
def test_the_door_speaks_the_browsers_language(live_server, browser, page: Page, language, lang):
    page.set_extra_http_headers({"Accept-Language": language})

    page.goto(f"{live_server.url}/account/login/")

    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("input[type=password]")).to_be_visible()


def test_a_wrong_password_is_told_and_the_right_one_lets_in(live_server, user, page: Page):
    page.goto(f"{live_server.url}/account/login/?next=/account/password/change/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill("wrong")
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("input[name=password]")).to_be_visible()

    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")

    expect(page.locator("input[name=oldpassword]")).to_be_visible()
