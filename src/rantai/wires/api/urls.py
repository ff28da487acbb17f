"""Addresses of API v1."""

from django.urls import URLPattern, path

from rantai.wires.api.v1 import api

PUBLIC = ("openapi-json", "api-root")
"""The description of the API holds nothing that its users may not know."""

mounted = api.urls
for pattern in mounted[0]:
    if isinstance(pattern, URLPattern) and pattern.name in PUBLIC:
        pattern.callback.permission = "public"  # type: ignore[attr-defined]

urlpatterns = [path("v1/", mounted)]
