"""The addresses that ui itself has: its tests stand without the houses."""

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("styleguide/", include("rantai.ui.urls")),
]
