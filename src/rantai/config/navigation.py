"""The rail, from upstream to downstream; a station shows when its page exists and the user may open it."""

from django.utils.translation import gettext_lazy as _

from rantai.ui.nav import Room, Station

FORECAST = (
    Room(_("Items"), "iscm_demand:forecasts"),
    Room(_("Grid"), "iscm_demand:grid"),
    Room(_("Out of their band"), "iscm_demand:deviations"),
    Room(_("Promotions and events"), "iscm_demand:events"),
    Room(_("New items"), "iscm_demand:launches"),
    Room(_("Agreed forecast"), "iscm_demand:consensus"),
    Room(_("Value added"), "iscm_demand:value_added"),
)
PLAN = (
    Room(_("Planned orders"), "iscm_supply:plan"),
    Room(_("Exceptions"), "iscm_supply:exceptions", "rantai.iscm.waiting.count_exceptions"),
    Room(_("Customers' orders"), "iscm_supply:outcomes"),
    Room(_("Timeline"), "iscm_supply:timeline"),
    Room(_("Resource load"), "iscm_supply:resources"),
    Room(_("Sales and operations"), "iscm_supply:aggregate"),
    Room(_("Lead times and lot sizes"), "iscm_supply:levers"),
)
SCENARIOS = (
    Room(_("Scenarios"), "iscm_strategy:scenarios"),
    Room(_("Five templates"), "iscm_strategy:templates"),
    Room(_("Taken over"), "iscm_strategy:taken", "rantai.iscm.waiting.count_takeovers"),
)
STOCK = (
    Room(_("On hand"), "iscm_inventory:stock"),
    Room(_("Targets"), "iscm_inventory:targets"),
    Room(_("Policies"), "iscm_inventory:policies"),
    Room(_("Placement"), "iscm_inventory:placement"),
    Room(_("Excess"), "iscm_inventory:excess"),
)
PROMISES = (
    Room(_("Open lines"), "iscm_promising:promises"),
    Room(_("What can be promised"), "iscm_promising:supplies"),
    Room(_("Kept for classes"), "iscm_promising:allocations"),
    Room(_("Were we right?"), "iscm_promising:calibration"),
)

SELLING = (
    Room(_("Pipeline"), "crm_selling:pipeline"),
    Room(_("Agreements"), "crm_selling:agreements"),
)

SIDES = (
    # An item at a site, as each room knows it.
    (
        Room(_("On hand"), "iscm_inventory:item_location"),
        Room(_("Projected stock"), "iscm_supply:stock"),
        Room(_("Forecast"), "iscm_demand:forecast_at"),
        Room(_("Target"), "iscm_inventory:target"),
        Room(_("Promised"), "iscm_promising:item_location"),
    ),
)
"""Pages that show different sides of one thing: asked by the same words of the address."""

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
    Station("operations", _("Forecast"), "iscm_demand:forecasts", "demand.view", rooms=FORECAST),
    Station(
        "operations",
        _("Plan"),
        "iscm_supply:plan",
        "plan.view",
        count="rantai.iscm.waiting.count_proposals",
        rooms=PLAN,
    ),
    Station("operations", _("Scenarios"), "iscm_strategy:scenarios", "scenarios.view", rooms=SCENARIOS),
    Station("operations", _("Production"), "iscm_production:orders", "production.view"),
    Station("operations", _("Stock"), "iscm_inventory:stock", "stock.view", rooms=STOCK),
    Station("operations", _("Promises"), "iscm_promising:promises", "demand.view", rooms=PROMISES),
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
    Station("customers", _("Pipeline"), "crm_selling:pipeline", "selling.view", rooms=SELLING),
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
