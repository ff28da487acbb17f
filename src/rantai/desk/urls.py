"""Addresses of the pages that cross houses."""

from django.urls import path

from rantai.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.loop, name="loop"),
    path("needs/", views.needs, name="needs"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:job_id>", views.job, name="job"),
    path("jobs/<int:job_id>/progress", views.job_progress, name="job_progress"),
    path("jobs/<int:job_id>/stop", views.stop_job, name="stop_job"),
    path("deliveries/<int:delivery_id>/retry", views.retry_delivery, name="retry_delivery"),
]
