"""The styleguide in a real browser: no complaint of the console, no barrier, nothing wider than the screen."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "en"), (1440, "dark", "zh-hans"), (390, "light", "id"), (390, "dark", "en")],
)
def test_it_is_clean(open_page, find_violations, width, theme, language):
    page = open_page(reverse("ui:styleguide"), width=width, theme=theme, language=language)
    page.locator("[data-chart][data-ready] svg").first.wait_for()

    assert page.troubles == []
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_the_door_is_clean(open_page, find_violations, width):
    page = open_page(reverse("ui:styleguide_door"), width=width)

    assert page.troubles == []
    assert find_violations(page) == []


def test_explain_slides_over_by_its_key_and_gives_the_focus_back(open_page, find_violations):
    page = open_page(reverse("ui:styleguide"))
    page.locator("html.js").wait_for()

    page.keyboard.press("e")
    page.locator("#side .ladder").wait_for()

    assert find_violations(page) == []
    assert page.locator("#side [data-panel-close]").evaluate("(cross) => cross === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator("#side > *").count() == 0
    assert page.locator("[data-panel]").evaluate("(opener) => opener === document.activeElement")


def test_a_theme_is_chosen_and_kept(open_page):
    page = open_page(reverse("ui:styleguide"))
    page.locator(".topbar .menu > summary").click()
    page.locator("[data-theme-choice=dark]").click()

    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_keys_are_listed_and_letters_in_fields_stay_letters(open_page):
    page = open_page(reverse("ui:styleguide"))
    page.locator("html.js").wait_for()
    page.locator("#id_deliver_to").fill("")
    page.locator("#id_deliver_to").press_sequentially("e?")

    assert page.locator("#id_deliver_to").input_value() == "e?"
    assert page.locator("#side > *").count() == 0

    page.locator("h1").click()
    page.keyboard.press("?")
    page.locator("dialog#keys[open]").wait_for()


def test_the_page_stands_without_script(open_page):
    page = open_page(reverse("ui:styleguide"), width=390, script=False)

    page.locator(".rail-open").click()
    assert page.locator("#rail").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("details.twin summary").first.is_visible()
    assert not page.locator("[data-theme-choice=dark]").is_visible()


def test_a_first_page_weighs_less_than_300_kb(open_page, live_server):
    page = open_page(reverse("ui:styleguide_door"))
    page.wait_for_load_state("networkidle")

    weights = page.evaluate(
        "performance.getEntries().filter((one) => 'encodedBodySize' in one).map((one) => one.encodedBodySize)"
    )
    assert 0 < sum(weights) < 300_000
