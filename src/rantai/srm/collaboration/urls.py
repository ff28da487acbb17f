"""Addresses of what suppliers said and were shown."""

from django.urls import path

from rantai.srm.collaboration import views

app_name = "srm_collaboration"
urlpatterns = [
    path("orders/<int:order_id>/", views.order, name="order"),
    path("schedules/<int:schedule_id>/answer/", views.answer, name="answer"),
    path("suppliers/<int:party_id>/", views.supplier, name="supplier"),
    path("forecasts/<int:publication_id>/", views.forecast, name="forecast"),
]
