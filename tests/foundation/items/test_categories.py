"""The tree in which items are grouped is kept on pages."""

import pytest
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.items.models import Category, Item
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client):
    make.make_company()
    user = make.make_user(roles=["planner"])
    client.force_login(user)
    return user


def add(client, code, **changed):
    return client.post(reverse("foundation_items:add_category"), {"code": code, "name_en": code.title(), **changed})


def test_a_category_is_added_once_and_moved(client, planner):
    add(client, "SCREENS")
    screens = Category.objects.get()
    add(client, "MONITORS", parent=screens.pk)
    monitors = Category.objects.get(code="MONITORS")

    assert (monitors.parent, monitors.name) == (screens, {"en": "Monitors"})
    assert add(client, "SCREENS").status_code == 422
    page = reverse("foundation_items:category", args=[screens.pk])
    answer = client.post(page, {"name_en": "Screens", "parent": monitors.pk})
    assert answer.status_code == 422
    assert "cannot lie inside itself" in answer.content.decode()
    assert Category.objects.get(pk=screens.pk).parent is None


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_list_counts_what_is_in_each(client, planner, language):
    User.objects.update(language=language)
    add(client, "SCREENS")
    item = make.make_item("MON-15")
    Item.objects.filter(pk=item.pk).update(category=Category.objects.get())

    answer = client.get(reverse("foundation_items:categories"))

    assert answer.status_code == 200
    assert [(row.code, row.item_count) for row in answer.context["rows"]] == [("SCREENS", 1)]


def test_who_may_only_look_does_not_change_it(client):
    make.make_company()
    client.force_login(make.make_user(roles=["sales"]))

    assert client.get(reverse("foundation_items:categories")).status_code == 200
    assert add(client, "SCREENS").status_code == 403
    assert Category.objects.count() == 0
