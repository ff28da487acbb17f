"""An empty database asks who the company is, and lets only the holder of the link answer."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse

from rantai.desk.welcome import links, printing
from rantai.foundation.access.models import LinkToken, User
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.locations.models import Location
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address, Company, TaxCode
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "company": {"name": "PT Sinar Jaya Elektronik", "country": "ID"},
    "money": {
        "currency": "IDR", "tax_code": "PPN", "own_tax": "", "own_rate": "", "tax_id": "01.2", "zone": "Asia/Makassar",
        "language": "id", "days": ["0", "1", "2", "3", "4", "5"],
    },
    "work": {"trades": "on", "site_name_1": "Gudang Makassar", "site_kind_1": "warehouse", "site_city_1": "Makassar"},
    "person": {
        "name": "Rina Hartono", "email": "Rina@sinar.example", "password": "a sentence is good",
        "again": "a sentence is good",
    },
}  # fmt: skip


def page(name: str) -> str:
    return reverse("desk_welcome:step", args=[name])


@pytest.fixture
def founder(client: Client) -> Client:
    """A browser that came by the link."""
    client.get(reverse("desk_welcome:open", args=[run_atomic(links.issue)]))
    return client


def answer_all(client: Client, **changed: dict[str, object]) -> None:
    for name, data in PAGES.items():
        client.post(page(name), {**data, **changed.get(name, {})})


@pytest.mark.parametrize("path", ["/", "/orders/", "/items/", "/companies/", "/needs/"])
def test_every_staff_page_of_an_empty_database_leads_to_the_founding(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")


def test_somebody_without_the_link_is_told_where_it_is_and_founds_nothing(client):
    assert client.get("/welcome/").status_code == 403
    assert b"rantai welcome" in client.get(page("company")).content
    answer_all(client)
    client.post(reverse("desk_welcome:make_demo"))

    assert (Company.objects.count(), User.objects.count()) == (0, 0)


def test_a_request_from_this_machine_is_not_trusted(client):
    assert client.get("/welcome/", REMOTE_ADDR="127.0.0.1").status_code == 403


def test_the_link_is_stored_as_a_hash_and_taken_out_of_the_address(client):
    token = run_atomic(links.issue)

    answer = client.get(reverse("desk_welcome:open", args=[token]))

    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")
    assert client.get("/welcome/").status_code == 200
    assert token not in LinkToken.objects.get().token_hash


def test_a_pasted_link_is_as_good(client):
    token = run_atomic(links.issue)

    client.post(reverse("desk_welcome:enter"), {"code": f"http://localhost:8000/welcome/open/{token}"})

    assert client.get("/welcome/").status_code == 200
    assert Client().post(reverse("desk_welcome:enter"), {"code": "guessed"}).status_code == 422


def test_a_newer_link_ends_the_one_before(client):
    first = run_atomic(links.issue)
    run_atomic(links.issue)

    assert client.get(reverse("desk_welcome:open", args=[first])).status_code == 410


def test_a_link_ends_after_a_week(founder):
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert founder.get("/welcome/").status_code == 403


def test_four_pages_found_a_company_and_sign_its_administrator_in(founder):
    answer_all(founder)

    company = parties.get_company()
    assert (company.party.name, company.code, company.currency, company.zone, company.language) == (
        "PT Sinar Jaya Elektronik", "SINAR-JAYA-E", "IDR", "Asia/Makassar", "id",
    )  # fmt: skip
    assert (company.makes, company.trades, company.dropships, company.serves) == (False, True, False, False)
    assert company.settings == {"country": "ID", "tax_code": "PPN"}
    days = calendars.get_working_days(company.calendar_id)
    assert (days.is_open(date(2026, 11, 21)), days.is_open(date(2026, 11, 22))) == (True, False)  # Saturday, Sunday
    site = Location.objects.get(kind="warehouse")
    assert (site.name, site.company_id, site.zone) == ("Gudang Makassar", company.pk, "Asia/Makassar")
    assert Address.objects.get(kind="ship").city == "Makassar"
    user = User.objects.get()
    assert (user.email, user.is_admin, check_password("a sentence is good", user.password)) == (
        "rina@sinar.example", True, True,
    )  # fmt: skip
    assert founder.get("/").status_code == 200


def test_the_link_is_over_once_it_has_founded(founder):
    answer_all(founder)
    late = Client()
    late.cookies = founder.cookies

    assert founder.get("/welcome/")["Location"] == "/"
    founder.post(page("person"), PAGES["person"] | {"email": "second@sinar.example"})
    assert (Company.objects.count(), User.objects.count()) == (1, 1)
    assert LinkToken.objects.get().used_at is not None
    assert printing.invite() == ""


def test_two_holders_of_one_link_found_one_company(founder):
    token = run_atomic(links.issue)
    both = [Client(), Client()]
    for browser in both:
        browser.get(reverse("desk_welcome:open", args=[token]))
        for name in ("company", "money", "work"):
            browser.post(page(name), PAGES[name])

    for browser in both:
        browser.post(page("person"), PAGES["person"])

    assert (Company.objects.count(), User.objects.count()) == (1, 1)


def test_the_country_proposes_and_what_was_typed_stays(founder):
    founder.post(page("company"), {"name": "Sinar", "country": "CN"})

    form = founder.get(page("money")).context["form"]
    assert (form.initial["currency"], form.initial["zone"], form.initial["language"], form.initial["tax_code"]) == (
        "CNY", "Asia/Shanghai", "zh-hans", "VAT13",
    )  # fmt: skip

    founder.post(page("money"), PAGES["money"] | {"currency": "USD", "tax_code": "VAT9", "go": "back"})
    form = founder.get(page("money")).context["form"]
    assert (form.initial["currency"], form.initial["tax_code"], form.initial["tax_id"]) == ("USD", "VAT9", "01.2")

    founder.post(page("company"), {"name": "Sinar", "country": "DE"})
    form = founder.get(page("money")).context["form"]
    assert (form.initial["currency"], form.initial["tax_code"], form.initial["tax_id"]) == ("EUR", "VAT", "01.2")


def test_going_back_keeps_what_is_wrong_and_says_nothing(founder):
    answer = founder.post(page("work"), {"site_name_2": "Second", "go": "back"})

    assert answer["Location"] == page("money")
    form = founder.get(page("work")).context["form"]
    assert (form.initial["site_name_2"], form.errors) == ("Second", {})


def test_a_password_is_never_kept_in_the_browser(founder):
    founder.post(page("person"), PAGES["person"] | {"again": "another one"})

    kept = founder.session["welcome"]["answers"]["person"]
    assert kept == {"name": ["Rina Hartono"], "email": ["Rina@sinar.example"]}


@pytest.mark.parametrize(
    ("name", "changed", "told"),
    [
        ("company", {"name": ""}, "Name the company"),
        ("company", {"country": "XX"}, "XX is not one of"),
        ("money", {"days": []}, "at least one day"),
        ("money", {"zone": "Asia/Nowhere"}, "is no time zone"),
        ("money", {"tax_code": "own"}, "Name the other tax"),
        ("money", {"tax_code": "own", "own_tax": "GST", "own_rate": "101"}, "at most 100"),
        ("work", {"trades": ""}, "at least one way"),
        ("work", {"site_name_1": "", "site_city_1": ""}, "Goods need a place"),
        ("work", {"site_city_2": "Medan"}, "Name this place too"),
        ("person", {"again": "something else"}, "differ"),
        ("person", {"password": "short", "again": "short"}, "This is too short"),
        ("person", {"email": "rina"}, "valid email"),
    ],
)
def test_what_is_wrong_is_told_and_founds_nothing(founder, name, changed, told):
    for earlier in PAGES:
        if earlier == name:
            break
        founder.post(page(earlier), PAGES[earlier])

    answer = founder.post(page(name), PAGES[name] | changed)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Company.objects.count() == 0


def test_a_page_that_was_skipped_is_asked_before_the_company_is_founded(founder):
    founder.post(page("company"), PAGES["company"])

    answer = founder.post(page("person"), PAGES["person"])

    assert (answer.status_code, answer.context["name"]) == (422, "money")
    assert Company.objects.count() == 0


def test_who_only_lets_partners_ship_needs_no_place(founder):
    answer_all(founder, work={"trades": "", "dropships": "on", "site_name_1": "", "site_city_1": ""})

    assert (Company.objects.count(), Location.objects.filter(kind="warehouse").count()) == (1, 0)


def test_another_tax_is_the_usual_one_of_its_company(founder):
    answer_all(
        founder, company={"country": "AU"}, money={"tax_code": "own", "own_tax": "GST", "own_rate": "10"},
    )  # fmt: skip

    company = parties.get_company()
    code = TaxCode.objects.get(company=company, code="GST")
    assert (company.settings["tax_code"], parties.find_tax_rate(code.pk, date(2026, 1, 1)).rate) == ("GST", 1000)


def test_places_with_names_we_cannot_spell_get_codes_of_their_own(founder):
    answer_all(
        founder, company={"name": "明锐电子"},
        work={"site_name_1": "上海仓库", "site_name_2": "苏州工厂", "site_kind_2": "plant", "site_name_3": "上海仓库"},
    )  # fmt: skip

    assert parties.get_company().code == "OWN"
    assert sorted(Location.objects.filter(kind__in=["plant", "warehouse"]).values_list("code", flat=True)) == [
        "SITE-1", "SITE-2", "SITE-3",
    ]  # fmt: skip


def test_a_company_that_an_import_founded_lacks_only_its_administrator(founder):
    make.make_company()

    assert founder.get("/welcome/")["Location"] == page("person")
    assert founder.get(page("money")).status_code == 404
    founder.post(page("person"), PAGES["person"])

    assert (Company.objects.count(), User.objects.get().is_admin) == (1, True)


def test_an_administrator_without_a_company_needs_no_link(client):
    client.force_login(make.make_user(is_admin=True))

    assert client.get("/welcome/").status_code == 200
    answer_all(client)
    assert (Company.objects.count(), User.objects.count()) == (1, 2)


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_speaks_three_languages(founder, language):
    founder.cookies["django_language"] = language
    founder.post(page("company"), PAGES["company"])

    for address in ["/welcome/", *(page(name) for name in PAGES)]:
        answer = founder.get(address)
        assert (answer.status_code, f'lang="{language}"' in answer.content.decode()) == (200, True)


def test_the_console_prints_the_link(settings):
    settings.PUBLIC_URL = "https://rantai.example"

    said = printing.invite()

    assert said.rpartition(" ")[2].startswith("https://rantai.example/welcome/open/")
    assert Client().get(said.partition("https://rantai.example")[2])["Location"] == "/welcome/"
