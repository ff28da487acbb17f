"""Lists that people keep under a name: their own, and their teams'."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.foundation.access import actions, queries
from rantai.foundation.access.models import SavedView, Team, User
from tests.factories import foundation

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "foundation_items:items"


@pytest.fixture
def planner(client: Client) -> User:
    foundation.make_company()
    user = foundation.make_user(roles=("planner",))
    client.force_login(user)
    return user


def make_team(*members: User) -> Team:
    with transaction.atomic():
        return actions.save_team(Team(code="north", name={"en": "North"}), members=members, by="user:1")


def keep(client: Client, name: str, words: str, **more: str):
    data = {"name": name, "address": f"{reverse(LIST)}?{words}", **more}
    return client.post(reverse("foundation_access:keep_view"), data)


def test_a_list_is_kept_as_it_is_seen_and_found_again_in_its_tabs(client: Client, planner: User) -> None:
    answer = keep(client, "Cables", "q=cab&sort=-code&view=all&after=x")

    row = SavedView.objects.get()
    page = client.get(answer["Location"]).content.decode()

    assert (row.user, row.page, row.query) == (planner, LIST, "q=cab&sort=-code")
    assert answer["Location"] == f"{reverse(LIST)}?q=cab&sort=-code&view=kept-{row.pk}"
    assert f'href="?q=cab&amp;sort=-code&amp;view=kept-{row.pk}" aria-current="page">Cables' in page


def test_the_same_name_replaces_what_it_stood_for(client: Client, planner: User) -> None:
    keep(client, "Mine", "q=a")
    keep(client, "Mine", "q=b")

    assert list(SavedView.objects.values_list("query", flat=True)) == ["q=b"]


def test_only_teammates_see_a_shared_view_and_nobody_an_own_one(client: Client, planner: User) -> None:
    mate, stranger = foundation.make_user(), foundation.make_user()
    make_team(planner, mate)
    keep(client, "Shared", "q=a", is_shared="1")
    keep(client, "Own", "q=b")

    assert [row.name for row in queries.list_saved_views(mate, LIST)] == ["Shared"]
    assert list(queries.list_saved_views(stranger, LIST)) == []
    assert [row.name for row in queries.list_saved_views(planner, LIST)] == ["Own", "Shared"]


def test_nobody_takes_away_the_view_of_another(client: Client, planner: User) -> None:
    keep(client, "Mine", "q=a")
    row = SavedView.objects.get()

    client.force_login(foundation.make_user(roles=("planner",)))
    client.post(reverse("foundation_access:forget_view", args=[row.pk]), {"address": reverse(LIST)})
    still = SavedView.objects.exists()
    client.force_login(planner)
    client.post(reverse("foundation_access:forget_view", args=[row.pk]), {"address": reverse(LIST)})

    assert still
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("address", ["https://example.com/items/", "//example.com/", "/nowhere-at-all/", ""])
def test_an_address_elsewhere_is_not_kept(client: Client, planner: User, address: str) -> None:
    answer = client.post(reverse("foundation_access:keep_view"), {"name": "x", "address": address})

    assert answer["Location"] == "/"
    assert not SavedView.objects.exists()
