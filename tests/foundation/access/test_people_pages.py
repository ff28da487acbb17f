"""Administrators invite, change and deactivate people; nobody else may."""

import pytest
from django.urls import reverse

from rantai.foundation.access import queries
from rantai.foundation.access.models import ApiKey, Role, Team, Territory, User
from rantai.kernel.models import AuditEntry
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db

PAGES = [
    "users",
    "invite",
    "roles",
    "add_role",
    "teams",
    "add_team",
    "territories",
    "add_territory",
    "api_keys",
    "settings",
]


@pytest.fixture
def admin(client):
    make.make_company()
    user = make.make_user("admin@example.org", name="Ayu Admin", is_admin=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_in_every_language(client, admin, name, language):
    User.objects.filter(pk=admin.pk).update(language=language)

    answer = client.get(reverse(f"foundation_access:{name}"))

    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "settings"])
def test_a_planner_may_not_manage_people(client, name):
    client.force_login(make.make_user(roles=["planner"]))

    assert client.get(reverse(f"foundation_access:{name}")).status_code == 403


def test_who_is_not_signed_in_is_asked_to(client):
    answer = client.get(reverse("foundation_access:users"))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_a_partner_sees_none_of_our_pages(client):
    client.force_login(make.make_user(kind="partner", is_admin=True))

    assert client.get(reverse("foundation_access:users")).status_code == 403
    assert client.get(reverse("foundation_access:settings")).status_code == 403


def test_an_invited_colleague_waits_with_roles(client, admin):
    data = {"email": "Budi@Example.org", "name": "Budi", "language": "id", "roles": [Role.objects.get(code="buyer").pk]}

    answer = client.post(reverse("foundation_access:invite"), data)

    user = User.objects.get(email="budi@example.org")
    assert answer.url == reverse("foundation_access:user", args=[user.pk])
    assert [role.code for role in user.roles.all()] == ["buyer"]
    assert not user.has_usable_password()
    assert queries.list_people().get(pk=user.pk).standing == "invited"


def test_an_address_is_invited_once(client, admin):
    answer = client.post(reverse("foundation_access:invite"), {"email": "ADMIN@example.org", "name": "Again"})

    assert answer.status_code == 422
    assert "has an account already" in answer.content.decode()
    assert User.objects.count() == 1


def test_a_user_gets_roles_and_the_audit_names_them(client, admin):
    user = make.make_user(roles=["buyer"])
    planner = Role.objects.get(code="planner")

    client.post(
        reverse("foundation_access:user", args=[user.pk]),
        {"name": user.name, "roles": [planner.pk], "hides_cost": "on"},
    )

    user.refresh_from_db()
    assert (user.hides_cost, [role.code for role in user.roles.all()]) == (True, ["planner"])
    assert AuditEntry.objects.filter(action="roles", changes={"roles": [["buyer"], ["planner"]]}).count() == 1


def test_the_last_administrator_stays(client, admin):
    answer = client.post(reverse("foundation_access:user", args=[admin.pk]), {"name": "Ayu"})

    admin.refresh_from_db()
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    assert (admin.is_admin, admin.name) == (True, "Ayu Admin")


def test_a_deactivated_user_can_be_let_in_again(client, admin):
    user = make.make_user()

    client.post(reverse("foundation_access:deactivate", args=[user.pk]))
    assert not User.objects.get(pk=user.pk).is_active

    client.post(reverse("foundation_access:reactivate", args=[user.pk]))
    assert User.objects.get(pk=user.pk).is_active


def test_a_role_keeps_what_was_ticked(client, admin):
    role = Role.objects.get(code="warehouse")
    user = make.make_user(roles=["warehouse"])
    assert not user.has_perm("items.edit")
    assert user.has_perm("items.view")

    client.post(reverse("foundation_access:role", args=[role.pk]), {"permissions": ["items.edit", "no.such"]})

    changed = User.objects.get(pk=user.pk)
    assert changed.has_perm("items.edit")
    assert not changed.has_perm("items.view")
    role.refresh_from_db()
    assert "items.edit" in role.permissions
    assert "-items.view" in role.permissions


def test_a_territory_moves_with_all_that_is_in_it(client, admin):
    asia = make.make_territory("ASIA")
    indonesia = make.make_territory("ID", parent=asia)
    java = make.make_territory("JAVA", parent=indonesia)
    world = make.make_territory("WORLD")

    client.post(
        reverse("foundation_access:territory", args=[indonesia.pk]), {"name_en": "Indonesia", "parent": world.pk}
    )

    assert Territory.objects.get(pk=java.pk).path == "WORLD/ID/JAVA/"
    assert queries.list_territories_up(java.pk) == [java.pk, indonesia.pk, world.pk]


def test_a_territory_cannot_lie_inside_itself(client, admin):
    asia = make.make_territory("ASIA")
    indonesia = make.make_territory("ID", parent=asia)

    answer = client.post(
        reverse("foundation_access:territory", args=[asia.pk]), {"name_en": "Asia", "parent": indonesia.pk}
    )

    assert answer.status_code == 422
    assert Territory.objects.get(pk=asia.pk).path == "ASIA/"


def test_a_team_is_saved_with_its_members(client, admin):
    client.post(
        reverse("foundation_access:add_team"),
        {"code": "west", "name_en": "West", "name_id": "Barat", "members": [admin.pk]},
    )

    assert list(Team.objects.get(code="west").members.all()) == [admin]


def test_a_key_works_until_it_is_revoked(client, admin):
    page = client.post(reverse("foundation_access:api_keys"), {"name": "ERP", "scopes": ["stock.read"]})

    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert queries.verify_api_key(secret, "stock.read").user == admin
    assert queries.verify_api_key(secret, "orders.write") is None
    assert queries.verify_api_key(secret[:-1], "stock.read") is None

    client.post(reverse("foundation_access:revoke_key", args=[ApiKey.objects.get().pk]))
    assert queries.verify_api_key(secret, "stock.read") is None


def test_settings_remember_language_and_theme(client):
    user = make.make_user(roles=["sales"])
    client.force_login(user)

    answer = client.post(
        reverse("foundation_access:settings"),
        {"name": "Siti", "language": "id", "theme": "dark", "zone": "Asia/Makassar", "digest": "never"},
    )

    user.refresh_from_db()
    assert (user.name, user.language, user.zone, user.digest) == ("Siti", "id", "Asia/Makassar", "never")
    assert answer.cookies["theme"].value == "dark"


def test_the_menu_changes_the_language_of_who_is_signed_in(client):
    user = make.make_user(roles=["sales"], language="en")
    client.force_login(user)
    menu = client.get(reverse("foundation_access:settings")).content.decode()

    answer = client.post(reverse("foundation_access:speak"), {"language": "id", "next": "/access/settings"})

    assert f'action="{reverse("foundation_access:speak")}"' in menu
    assert answer.url == "/access/settings"
    assert client.get("/access/settings")["Content-Language"] == "id"
    client.post(reverse("foundation_access:speak"), {"language": "tlh"})
    user.refresh_from_db()
    assert user.language == "id"


def test_a_zone_that_is_none_is_refused(client):
    client.force_login(make.make_user())

    answer = client.post(
        reverse("foundation_access:settings"), {"name": "S", "theme": "dark", "zone": "Mars/Olympus", "digest": "never"}
    )

    assert answer.status_code == 422
    assert "Mars/Olympus" in answer.content.decode()
