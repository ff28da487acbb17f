"""Addresses of programmes and points."""

from django.urls import path

from rantai.crm.loyalty.views import members, programs

app_name = "crm_loyalty"
urlpatterns = [
    path("programs/", programs.programs, name="programs"),
    path("programs/new/", programs.edit, name="new_program"),
    path("programs/<int:program_id>/", programs.edit, name="program"),
    path("members/<int:member_id>/", members.member, name="member"),
    path("members/<int:member_id>/leave/", members.leave, name="leave"),
    path("parties/<int:party_id>/", members.party, name="party"),
    path("parties/<int:party_id>/join/<int:program_id>/", members.join, name="join"),
]
