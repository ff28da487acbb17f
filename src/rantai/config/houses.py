"""List the Django apps of the house, and which of them are there."""

from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent

# Top to bottom, as calls run. A name counts once its folder has an apps.py.
APPS = (
    "rantai.demo",
    "rantai.twin",
    "rantai.desk",
    "rantai.desk.tower",
    "rantai.desk.turn",
    "rantai.desk.explain",
    "rantai.desk.scenarios",
    "rantai.desk.search",
    "rantai.desk.welcome",
    "rantai.shop",
    "rantai.dock",
    "rantai.wires",
    "rantai.wires.mail",
    "rantai.wires.imports",
    "rantai.wires.exports",
    "rantai.wires.api",
    "rantai.wires.webhooks",
    "rantai.wires.edi",
    "rantai.wires.assistant",
    "rantai.crm.service",
    "rantai.crm.marketing",
    "rantai.crm.selling",
    "rantai.crm.insight",
    "rantai.crm.loyalty",
    "rantai.crm.orders",
    "rantai.crm.pricing",
    "rantai.crm.accounts",
    "rantai.iscm.strategy",
    "rantai.iscm.promising",
    "rantai.iscm.supply",
    "rantai.iscm.demand",
    "rantai.iscm.field_service",
    "rantai.iscm.transport",
    "rantai.iscm.fulfilment",
    "rantai.iscm.production",
    "rantai.iscm.inventory",
    "rantai.iscm.network",
    "rantai.srm.scorecards",
    "rantai.srm.collaboration",
    "rantai.srm.buying",
    "rantai.srm.sourcing",
    "rantai.srm.design",
    "rantai.srm.contracts",
    "rantai.srm.suppliers",
    "rantai.foundation.messages",
    "rantai.foundation.documents",
    "rantai.foundation.companies",
    "rantai.foundation.items",
    "rantai.foundation.locations",
    "rantai.foundation.calendars",
    "rantai.foundation.parties",
    "rantai.foundation.access",
    "rantai.ui",
    "rantai.kernel",
)


def find_source(module: str) -> Path | None:
    """Return the file of a module or the folder of a package, without importing it."""
    path = SOURCE.joinpath(*module.split("."))
    if path.is_dir():
        return path
    file = path.with_suffix(".py")
    return file if file.is_file() else None


def list_present(*modules: str) -> list[str]:
    return [module for module in modules if find_source(module)]


def list_apps() -> list[str]:
    return [name for name in APPS if find_source(f"{name}.apps")]


def list_locales() -> list[Path]:
    """Return the translations of the houses' own doors; Django finds those of the apps by itself."""
    return sorted(folder for folder in SOURCE.glob("rantai/*/locale") if not (folder.parent / "apps.py").exists())
