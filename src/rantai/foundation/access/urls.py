"""Addresses about people and their rights."""

from django.urls import path

from rantai.foundation.access.views import me, people, roles, saved

app_name = "foundation_access"
urlpatterns = [
    path("people/", people.users, name="users"),
    path("people/invite", people.invite, name="invite"),
    path("people/<int:user_id>", people.user, name="user"),
    path("people/<int:user_id>/deactivate", people.deactivate, name="deactivate"),
    path("people/<int:user_id>/reactivate", people.reactivate, name="reactivate"),
    path("people/<int:user_id>/invite", people.invite_again, name="invite_again"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new", roles.add_role, name="add_role"),
    path("roles/<int:role_id>", roles.role, name="role"),
    path("teams/", roles.teams, name="teams"),
    path("teams/new", roles.team, name="add_team"),
    path("teams/<int:team_id>", roles.team, name="team"),
    path("territories/", roles.territories, name="territories"),
    path("territories/new", roles.territory, name="add_territory"),
    path("territories/<int:territory_id>", roles.territory, name="territory"),
    path("keys/", me.api_keys, name="api_keys"),
    path("keys/<int:key_id>/revoke", me.revoke_key, name="revoke_key"),
    path("views/keep", saved.keep, name="keep_view"),
    path("views/<int:view_id>/forget", saved.forget, name="forget_view"),
    path("settings", me.settings, name="settings"),
    path("language", me.speak, name="speak"),
    path("invitation/<str:token>", me.invitation, name="invitation"),
]
