"""API v1: the same actions as the pages."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.throttling import AnonRateThrottle, AuthRateThrottle

from rantai.wires.api import description, forecasts, orders, problems, promises, stock, tracking


class Described(NinjaAPI):
    """The API with a description that also tells of problems, scopes and keys of idempotency."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI document, completed."""
        return description.complete(super().get_openapi_schema(**options), self)


api = Described(
    title="Rantai",
    description=description.INTRODUCTION,
    version="1.0.0",
    urls_namespace="api-v1",
    docs_url=None,
    throttle=[AnonRateThrottle("60/m"), AuthRateThrottle("1200/m")],
)
problems.attach(api)
api.add_router("/forecast", forecasts.router, tags=["forecast"])
api.add_router("/orders", orders.router, tags=["orders"])
api.add_router("/promise", promises.router, tags=["promise"])
api.add_router("/stock", stock.router, tags=["stock"])
api.add_router("/tracking", tracking.router, tags=["tracking"])
