"""Addresses of scenarios and templates."""

from django.urls import path

from rantai.iscm.strategy.views import compare, scenarios, taking, templates

app_name = "iscm_strategy"
urlpatterns = [
    path("", scenarios.index, name="scenarios"),
    path("new", scenarios.new, name="new"),
    path("compare", compare.compare, name="compare"),
    path("taken/", taking.taken, name="taken"),
    path("taken/<int:takeover_id>/", taking.takeover, name="takeover"),
    path("taken/<int:takeover_id>/approve", taking.approve, name="approve"),
    path("taken/<int:takeover_id>/dismiss", taking.dismiss, name="dismiss"),
    path("taken/<int:takeover_id>/undo", taking.undo, name="undo"),
    path("templates/", templates.index, name="templates"),
    path("templates/compare", templates.compare_five, name="compare_five"),
    path("templates/<slug:code>/", templates.template, name="template"),
    path("templates/<slug:code>/apply", templates.apply, name="apply"),
    path("changes/<int:change_id>/remove", scenarios.remove_change, name="remove_change"),
    path("<int:scenario_id>/", scenarios.scenario, name="scenario"),
    path("<int:scenario_id>/add/<slug:kind>", scenarios.add_change, name="add_change"),
    path("<int:scenario_id>/solve", scenarios.solve, name="solve"),
    path("<int:scenario_id>/progress", scenarios.progress, name="progress"),
    path("<int:scenario_id>/copy", scenarios.copy, name="copy"),
    path("<int:scenario_id>/archive", scenarios.archive, name="archive"),
    path("<int:scenario_id>/restore", scenarios.restore, name="restore"),
    path("<int:scenario_id>/outcomes", scenarios.outcomes, name="outcomes"),
    path("<int:scenario_id>/take/<int:change_id>", taking.take, name="take"),
]
