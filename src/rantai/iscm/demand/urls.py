"""Addresses of forecasts."""

from django.urls import path

from rantai.iscm.demand.views import (
    consensus,
    deviations,
    events,
    forecast,
    forecasts,
    grid,
    launches,
    value_added,
    windows,
)

app_name = "iscm_demand"
urlpatterns = [
    path("forecasts/", forecasts.forecasts, name="forecasts"),
    path("forecasts/now/", forecasts.forecast_now, name="forecast_now"),
    path("forecasts/<int:item_id>/", forecast.forecast, name="forecast"),
    path("forecasts/<int:item_id>/<int:location_id>/", forecast.forecast, name="forecast_at"),
    path("forecasts/<int:item_id>/window/", windows.window, name="window"),
    path("deviations/", deviations.deviations, name="deviations"),
    path("deviations/<int:deviation_id>/", deviations.deviation, name="deviation"),
    path("deviations/<int:deviation_id>/accept/", deviations.accept, name="accept_deviation"),
    path("deviations/<int:deviation_id>/dismiss/", deviations.dismiss, name="dismiss_deviation"),
    path("deviations/<int:deviation_id>/reopen/", deviations.reopen, name="reopen_deviation"),
    path("grid/", grid.grid, name="grid"),
    path("events/", events.events, name="events"),
    path("events/new/", events.new, name="new_event"),
    path("events/<int:event_id>/end/", events.end, name="end_event"),
    path("events/<int:event_id>/restore/", events.restore, name="restore_event"),
    path("agreed/", consensus.versions, name="consensus"),
    path("agreed/<int:version_id>/approve/", consensus.approve, name="approve_consensus"),
    path("agreed/<int:version_id>/withdraw/", consensus.withdraw, name="withdraw_consensus"),
    path("value-added/", value_added.page, name="value_added"),
    path("new-items/", launches.launches, name="launches"),
    path("new-items/new/", launches.new, name="new_launch"),
    path("new-items/<int:launch_id>/end/", launches.end, name="end_launch"),
    path("changes/all/<str:batch>/end/", grid.end_batch, name="end_batch"),
    path("changes/<int:override_id>/end/", forecast.end_override, name="end_override"),
    path("changes/<int:override_id>/restore/", forecast.restore_override, name="restore_override"),
]
