"""Addresses of forecasts."""

from django.urls import path

from rantai.iscm.demand.views import forecast, forecasts

app_name = "iscm_demand"
urlpatterns = [
    path("forecasts/", forecasts.forecasts, name="forecasts"),
    path("forecasts/now/", forecasts.forecast_now, name="forecast_now"),
    path("forecasts/<int:item_id>/", forecast.forecast, name="forecast"),
    path("forecasts/<int:item_id>/<int:location_id>/", forecast.forecast, name="forecast_at"),
    path("forecasts/<int:item_id>/<int:location_id>/policy/", forecast.policy, name="policy"),
    path("changes/<int:override_id>/end/", forecast.end_override, name="end_override"),
    path("changes/<int:override_id>/restore/", forecast.restore_override, name="restore_override"),
]
