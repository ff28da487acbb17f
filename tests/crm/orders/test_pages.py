"""The pages, as people click through them, without script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rantai.crm.orders.models import Invoice, Payment, SalesOrder, ScheduleLine
from rantai.foundation.access.models import Role
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(client):
    user = foundation.make_user(roles=["sales"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return client


@pytest.fixture
def finance(client):
    user = foundation.make_user(roles=["finance"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return client


def soon(days=10):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def line_data(*lines, **head):
    data = {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0", **head}
    for place, line in enumerate(lines):
        data |= {f"lines-{place}-{name}": value for name, value in line.items()}
    return data


def test_an_order_is_quoted_and_confirmed_by_hand(sales):
    account = crm.make_customer("PT Maju")
    item = crm.make_stocked_item("MON-15", price="1500000", name={"en": "15-inch monitor"})
    url = reverse("crm_orders:new_order") + f"?customer={account.party_id}"
    line = {"item": "mon-15", "quantity": "2", "requested_on": soon()}

    assert "Who orders?" in sales.get(reverse("crm_orders:new_order")).content.decode()
    assert sales.get(url).status_code == 200
    quoted = sales.post(url, line_data(line, do="quote"))
    assert quoted.status_code == 200
    assert "from stock" in quoted.content.decode()
    assert not SalesOrder.objects.exists()

    answer = sales.post(url, line_data(line, do="confirm", customer_reference="PO-1"))

    order = SalesOrder.objects.get()
    assert answer.url == reverse("crm_orders:order", args=[order.pk])
    assert (order.state, order.customer_reference, order.number) == ("confirmed", "PO-1", "SO-00001")
    page = sales.get(answer.url).content.decode()
    assert "SO-00001 is confirmed" in page
    assert "15-inch monitor" in page
    assert item.code in page


def test_the_date_stands_on_the_page_before_the_fact_was_delivered(sales):
    account = crm.make_customer()
    order = crm.make_order(account, [(crm.make_stocked_item(), 1)], as_of=timezone.now())
    crm.crm.confirm_order(order.pk, revision=1, by=crm.BY, as_of=timezone.now())
    assert ScheduleLine.objects.get(order=order).promised_on is None

    assert "as wanted" in sales.get(reverse("crm_orders:order", args=[order.pk])).content.decode()


def test_what_was_found_is_added_to_what_was_typed(sales):
    account = crm.make_customer()
    crm.make_stocked_item("MON-15", name={"en": "15-inch monitor"})
    url = reverse("crm_orders:new_order") + f"?customer={account.party_id}"
    typed = line_data({"item": "", "quantity": "", "requested_on": ""}, find="inch", customer_reference="kept")

    found = sales.post(url, typed | {"do": "find"}).content.decode()
    added = sales.post(url, typed | {"add": "MON-15"}).content.decode()

    assert 'value="MON-15"' in found
    assert 'name="lines-0-item" value="MON-15"' in added
    assert 'value="kept"' in added


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "0"),
        ("quantity", "-3"),
        ("quantity", "1e30"),
        ("quantity", "NaN"),
        ("quantity", "9" * 40),
        ("quantity", "two"),
        ("requested_on", "1900-01-01"),
        ("requested_on", "2999-01-01"),
        ("requested_on", "tomorrow"),
        ("item", "NO-SUCH"),
        ("unit_price", "-1"),
        ("discount", "101"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_written(sales, field, value):
    account = crm.make_customer()
    crm.make_stocked_item("GOOD")
    line = {"item": "GOOD", "quantity": "1", "requested_on": soon(), field: value}

    answer = sales.post(
        reverse("crm_orders:new_order") + f"?customer={account.party_id}", line_data(line, do="confirm")
    )

    assert answer.status_code == 422
    errors = answer.context["lines"].forms[0].errors
    assert list(errors) == [field], errors
    assert not SalesOrder.objects.exists()
    assert value in answer.content.decode()


def test_an_item_without_a_source_is_not_promised(sales):
    account = crm.make_customer()
    crm.make_warehouse()
    crm.make_priced_item("ORPHAN")
    url = reverse("crm_orders:new_order") + f"?customer={account.party_id}"
    line = {"item": "ORPHAN", "quantity": "1", "requested_on": soon()}

    quoted = sales.post(url, line_data(line, do="quote")).content.decode()
    sales.post(url, line_data(line, do="confirm"))

    assert "ORPHAN has no source" in quoted
    assert SalesOrder.objects.get().state == "draft"


def test_an_order_above_the_credit_limit_waits_for_finance(client):
    account = crm.make_customer(terms={"credit_limit": 1_000 * 10_000})
    order = crm.make_order(account, [(crm.make_stocked_item(), 1)], as_of=timezone.now())
    page, user = reverse("crm_orders:order", args=[order.pk]), foundation.make_user(roles=["sales"])
    backend = "rantai.foundation.access.backends.RoleBackend"
    client.force_login(user, backend=backend)

    refused = client.post(reverse("crm_orders:confirm", args=[order.pk]), {"revision": 1}, follow=True)
    assert "the limit is" in refused.content.decode()
    order.refresh_from_db()
    assert (order.state, order.number) == ("draft", "")
    hold = order.holds.get()
    release = reverse("crm_orders:release", args=[order.pk, hold.pk])
    assert client.post(release).status_code == 403
    hold.refresh_from_db()
    assert hold.released_at is None

    client.force_login(foundation.make_user(roles=["finance"]), backend=backend)
    client.post(release)
    client.force_login(user, backend=backend)
    client.post(reverse("crm_orders:confirm", args=[order.pk]), {"revision": 1})
    order.refresh_from_db()
    assert order.state == "confirmed"
    assert client.get(page).status_code == 200


def test_an_older_page_does_not_confirm_what_was_edited_meanwhile(sales):
    order = crm.make_order(crm.make_customer(), [(crm.make_stocked_item(), 1)], as_of=timezone.now())
    SalesOrder.objects.filter(pk=order.pk).update(revision=2)

    answer = sales.post(reverse("crm_orders:confirm", args=[order.pk]), {"revision": 1})

    assert answer.status_code == 409
    order.refresh_from_db()
    assert order.state == "draft"


def test_a_change_is_shown_before_it_is_made(sales):
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)], as_of=timezone.now())
    line = order.lines.get()
    url = reverse("crm_orders:change_order", args=[order.pk])
    data = {f"line-{line.pk}-quantity": "5", f"line-{line.pk}-requested_on": soon(20), "revision": order.revision}

    preview = sales.post(url, data | {"do": "preview"})
    assert "2 → 5" in preview.content.decode()
    line.refresh_from_db()
    assert line.units == 20_000

    sales.post(url, data | {"do": "apply"})
    crm.settle()
    line.refresh_from_db()
    order.refresh_from_db()
    assert (line.units, order.revision, order.net) == (50_000, 3, 500_000 * 10_000)


def test_an_invoice_is_shown_printed_and_paid(finance):
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    invoice = Invoice.objects.get(order=order)
    url = reverse("crm_orders:invoice", args=[invoice.pk])

    assert invoice.number in finance.get(reverse("crm_orders:invoices") + "?view=all").content.decode()
    assert finance.get(url).status_code == 200
    pdf = finance.get(reverse("crm_orders:paper", args=[invoice.pk]))
    assert pdf.content.startswith(b"%PDF-")

    too_much = finance.post(url, {"amount": "99999999999", "received_on": crm.TODAY.isoformat()})
    assert too_much.status_code == 422
    assert not Payment.objects.exists()
    finance.post(url, {"amount": "222000", "received_on": "2026-11-05", "reference": "BCA 1"})
    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == ("paid", 0)
    assert "BCA 1" in finance.get(reverse("crm_orders:payments")).content.decode()


PAGES = ["crm_orders:orders", "crm_orders:invoices", "crm_orders:payments", "crm_accounts:customers"]


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_answers_in_three_languages(sales, language):
    account = crm.make_customer(language=language)
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 2)])
    draft = crm.make_order(account, [(crm.make_stocked_item(), 2)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    invoice = Invoice.objects.get(order=order)
    urls = [reverse(name) for name in PAGES]
    urls += [reverse("crm_orders:order", args=[pk]) for pk in (order.pk, draft.pk)]
    urls += [reverse("crm_orders:invoice", args=[invoice.pk]), reverse("crm_orders:edit_order", args=[draft.pk])]
    urls += [reverse(f"crm_accounts:{name}", args=[account.party_id]) for name in ("customer", "terms")]
    urls.append(reverse("crm_orders:customer_orders", args=[account.party_id]))

    for url in urls:
        answer = sales.get(url, headers={"accept-language": language})
        assert answer.status_code == 200, url


def test_who_hides_cost_sees_no_margin(client):
    order = crm.make_order(crm.make_customer(), [(crm.make_stocked_item(), 2)], as_of=timezone.now())
    url = reverse("crm_orders:order", args=[order.pk])
    for hides, shown in ((False, True), (True, False)):
        user = foundation.make_user(roles=["sales"], hides_cost=hides)
        client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
        assert ("Margin" in client.get(url).content.decode()) is shown


def test_a_role_without_the_permission_sees_nothing(client):
    Role.objects.get_or_create(code="none", defaults={"name": {"en": "None"}})
    order = crm.make_order(crm.make_customer(), [(crm.make_stocked_item(), 1)])
    user = foundation.make_user(roles=["none"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")

    for name in PAGES:
        assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("crm_orders:order", args=[order.pk])).status_code == 403
    assert client.post(reverse("crm_orders:cancel", args=[order.pk]), {"revision": 1}).status_code == 403
    order.refresh_from_db()
    assert order.state == "draft"


def test_an_order_is_cancelled_by_a_click(sales):
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 1)], as_of=timezone.now())

    sales.post(reverse("crm_orders:cancel", args=[order.pk]), {"revision": order.revision})
    crm.settle()

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert "Order cancelled" in sales.get(reverse("crm_orders:order", args=[order.pk])).content.decode()


def test_a_draft_keeps_the_lines_that_nobody_touched(sales):
    account, item, other = crm.make_customer(), crm.make_stocked_item("KEPT"), crm.make_stocked_item("TAKEN-OUT")
    order = crm.make_order(account, [(item, 3), (other, 1)], as_of=timezone.now())
    url = reverse("crm_orders:edit_order", args=[order.pk])
    assert 'value="KEPT"' in sales.get(url).content.decode()

    kept = {"item": "KEPT", "quantity": "3", "requested_on": soon()}
    sales.post(url, line_data(kept, {"item": "", "quantity": "", "requested_on": ""}, do="save", revision="1"))

    order.refresh_from_db()
    assert (order.revision, order.line_count, order.net) == (2, 1, 300_000 * 10_000)


def test_billing_by_hand_takes_what_was_shipped(finance):
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 1)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.pack(shipment, at=crm.NOW)
    crm.ship(shipment, at=crm.NOW)
    crm.settle()

    finance.post(reverse("crm_orders:issue_invoice", args=[order.pk]))
    again = finance.post(reverse("crm_orders:issue_invoice", args=[order.pk]), follow=True)

    assert Invoice.objects.get(order=order).total == order.total
    assert "is billed" in again.content.decode()


def test_terms_are_edited_and_finance_alone_sets_the_limit(client):
    account = crm.make_customer()
    url = reverse("crm_accounts:terms", args=[account.party_id])
    typed = {"tax_treatment": "domestic", "demand_class": "key", "credit_limit": "5000000", "revision": "1"}
    for role, limit in (("sales", None), ("finance", 5_000_000 * 10_000)):
        user = foundation.make_user(roles=[role])
        client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
        assert client.post(url, typed).status_code == 302
        account.refresh_from_db()
        assert (account.demand_class, account.credit_limit) == ("key", limit)
        typed["revision"] = str(account.revision)

    refused = client.post(url, typed | {"tax_treatment": "reverse_charge", "tax_id": ""})
    assert refused.status_code == 422
    assert client.post(url, typed | {"revision": "1"}).status_code == 409
