"""API v1: the same actions as the pages."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.throttling import AnonRateThrottle, AuthRateThrottle

from rantai.wires.api import orders, problems, promises, stock, tracking

api = NinjaAPI(
    title="Rantai",
    version="1.0.0",
    urls_namespace="api-v1",
    docs_url=None,
    throttle=[AnonRateThrottle("60/m"), AuthRateThrottle("1200/m")],
)
problems.attach(api)
api.add_router("/orders", orders.router, tags=["orders"])
api.add_router("/promise", promises.router, tags=["promise"])
api.add_router("/stock", stock.router, tags=["stock"])
api.add_router("/tracking", tracking.router, tags=["tracking"])
