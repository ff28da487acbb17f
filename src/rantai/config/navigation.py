"""The rail, from upstream to downstream; a station shows when its page exists and the user may open it."""

from django.utils.translation import gettext_lazy as _

from rantai.ui.nav import Station

STATIONS = [
    Station("top", _("The loop"), "desk:loop", "desk.loop", "orbit", key="g l"),
    Station(
        "top",
        _("Needs me now"),
        "desk:needs",
        "desk.needs",
        "inbox",
        "rantai.desk.queries.waiting.count_needs",
        key="g n",
    ),
    Station(
        "suppliers",
        _("Suppliers"),
        "srm_suppliers:suppliers",
        "suppliers.view",
        count="rantai.srm.waiting.count_suppliers",
    ),
    Station(
        "suppliers",
        _("Purchase orders"),
        "srm_buying:orders",
        "purchasing.view",
        count="rantai.srm.waiting.count_orders",
    ),
    Station("suppliers", _("Receipts"), "iscm_fulfilment:receipts", "receipts.view"),
    Station("operations", _("Items"), "foundation_items:items", "items.view"),
    Station("operations", _("Locations"), "foundation_locations:locations", "locations.view"),
    Station("operations", _("Calendars"), "foundation_calendars:calendars", "calendars.view"),
    Station("operations", _("Forecast"), "iscm_demand:forecasts", "demand.view"),
    Station("operations", _("Plan"), "iscm_supply:plan", "plan.view", count="rantai.iscm.waiting.count_proposals"),
    Station("operations", _("Scenarios"), "iscm_strategy:scenarios", "scenarios.view"),
    Station("operations", _("Production"), "iscm_production:orders", "production.view"),
    Station("operations", _("Stock"), "iscm_inventory:stock", "stock.view"),
    Station("operations", _("Promises"), "iscm_promising:promises", "demand.view"),
    Station(
        "operations",
        _("Shipments"),
        "iscm_fulfilment:shipments",
        "shipments.view",
        count="rantai.iscm.waiting.count_shipments",
    ),
    Station("operations", _("Transfers"), "iscm_fulfilment:transfers", "transfers.view"),
    Station("customers", _("Orders"), "crm_orders:orders", "orders.view", count="rantai.crm.waiting.count_orders"),
    Station(
        "customers",
        _("Customers"),
        "crm_accounts:customers",
        "accounts.view",
        count="rantai.crm.waiting.count_customers",
    ),
    Station("customers", _("Price lists"), "crm_pricing:lists", "prices.view"),
    Station("customers", _("Points"), "crm_loyalty:programs", "loyalty.view"),
    Station("end", _("Imports"), "wires_imports:imports", "imports.use", "file-input"),
    Station("end", _("Outbox"), "foundation_messages:outbox", "messages.view", "send"),
    Station("end", _("Jobs"), "desk:jobs", "desk.jobs", "loader"),
    Station("end", _("Users"), "foundation_access:users", "access.manage", "users"),
    Station("end", _("Our company"), "foundation_companies:company", "company.edit", "building-2"),
    Station("end", _("Papers"), "foundation_documents:templates", "papers.edit", "file-text"),
    Station("end", _("Styleguide"), "ui:styleguide", "ui.styleguide", "swatch-book"),
]
