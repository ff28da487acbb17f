"""Give every app its place in the address space."""

from django.urls import URLPattern, URLResolver, include, path

from rantai.config import health, houses

# An address is a promise to bookmarks and partners: a prefix is added, never moved.
MOUNTS = (
    ("", "rantai.desk"),
    ("tower/", "rantai.desk.tower"),
    ("turn/", "rantai.desk.turn"),
    ("explain/", "rantai.desk.explain"),
    ("scenarios/", "rantai.desk.scenarios"),
    ("search/", "rantai.desk.search"),
    ("welcome/", "rantai.desk.welcome"),
    ("shop/", "rantai.shop"),
    ("dock/", "rantai.dock"),
    ("wires/", "rantai.wires"),
    ("mail/", "rantai.wires.mail"),
    ("imports/", "rantai.wires.imports"),
    ("exports/", "rantai.wires.exports"),
    ("api/", "rantai.wires.api"),
    ("webhooks/", "rantai.wires.webhooks"),
    ("edi/", "rantai.wires.edi"),
    ("assistant/", "rantai.wires.assistant"),
    ("customers/", "rantai.crm.accounts"),
    ("prices/", "rantai.crm.pricing"),
    ("orders/", "rantai.crm.orders"),
    ("loyalty/", "rantai.crm.loyalty"),
    ("insight/", "rantai.crm.insight"),
    ("selling/", "rantai.crm.selling"),
    ("marketing/", "rantai.crm.marketing"),
    ("service/", "rantai.crm.service"),
    ("network/", "rantai.iscm.network"),
    ("stock/", "rantai.iscm.inventory"),
    ("production/", "rantai.iscm.production"),
    ("fulfilment/", "rantai.iscm.fulfilment"),
    ("transport/", "rantai.iscm.transport"),
    ("field-service/", "rantai.iscm.field_service"),
    ("demand/", "rantai.iscm.demand"),
    ("supply/", "rantai.iscm.supply"),
    ("promises/", "rantai.iscm.promising"),
    ("strategy/", "rantai.iscm.strategy"),
    ("suppliers/", "rantai.srm.suppliers"),
    ("contracts/", "rantai.srm.contracts"),
    ("sourcing/", "rantai.srm.sourcing"),
    ("design/", "rantai.srm.design"),
    ("buying/", "rantai.srm.buying"),
    ("collaboration/", "rantai.srm.collaboration"),
    ("scorecards/", "rantai.srm.scorecards"),
    ("companies/", "rantai.foundation.companies"),
    ("parties/", "rantai.foundation.parties"),
    ("items/", "rantai.foundation.items"),
    ("locations/", "rantai.foundation.locations"),
    ("calendars/", "rantai.foundation.calendars"),
    ("access/", "rantai.foundation.access"),
    ("documents/", "rantai.foundation.documents"),
    ("messages/", "rantai.foundation.messages"),
    ("styleguide/", "rantai.ui"),
    ("kernel/", "rantai.kernel"),
)


def list_mounts() -> list[URLResolver]:
    installed = set(houses.list_apps())
    return [
        path(prefix, include(f"{app}.urls"))
        for prefix, app in MOUNTS
        if app in installed and houses.find_source(f"{app}.urls")
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.show_health, name="healthz"),
    path("readyz", health.show_readiness, name="readyz"),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *list_mounts(),
]
