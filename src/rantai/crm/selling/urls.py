"""Addresses of agreements and the pipeline."""

from django.urls import path

from rantai.crm.selling.views import agreements, customers, deals, editing, schedules

app_name = "crm_selling"
urlpatterns = [
    path("", deals.pipeline, name="pipeline"),
    path("deals/new", editing.new_deal, name="new_deal"),
    path("deals/<int:deal_id>/", deals.deal, name="deal"),
    path("deals/<int:deal_id>/edit", editing.edit_deal, name="edit_deal"),
    path("deals/<int:deal_id>/stage", deals.move, name="move_deal"),
    path("deals/<int:deal_id>/order", deals.draft_order, name="draft_order"),
    path("deals/<int:deal_id>/link", deals.link_order, name="link_order"),
    path("agreements/", agreements.list_agreements, name="agreements"),
    path("agreements/new", editing.new_agreement, name="new_agreement"),
    path("agreements/<int:agreement_id>/", agreements.agreement, name="agreement"),
    path("agreements/<int:agreement_id>/edit", editing.edit_agreement, name="edit_agreement"),
    path("agreements/<int:agreement_id>/lines/<int:line_id>/", schedules.schedule, name="schedule"),
    path("agreements/<int:agreement_id>/sign", agreements.sign, name="sign_agreement"),
    path("agreements/<int:agreement_id>/end", agreements.end, name="end_agreement"),
    path("agreements/<int:agreement_id>/discard", agreements.discard, name="discard_agreement"),
    path("customer/<int:party_id>/", customers.customer, name="customer"),
    path("customer/<int:party_id>/budget", customers.set_budget, name="set_budget"),
]
