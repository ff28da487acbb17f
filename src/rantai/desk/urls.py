"""Addresses of the pages that cross houses."""

from django.urls import path

from rantai.desk.views import loop, waiting, work

app_name = "desk"
urlpatterns = [
    path("", loop.loop, name="loop"),
    path("needs/", waiting.needs, name="needs"),
    path("needs/act", waiting.act, name="act"),
    path("needs/undo", waiting.undo, name="undo"),
    path("jobs/", work.jobs, name="jobs"),
    path("jobs/<int:job_id>", work.job, name="job"),
    path("jobs/<int:job_id>/progress", work.job_progress, name="job_progress"),
    path("jobs/<int:job_id>/stop", work.stop_job, name="stop_job"),
    path("deliveries/<int:delivery_id>/retry", work.retry_delivery, name="retry_delivery"),
]
