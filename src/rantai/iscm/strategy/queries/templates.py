"""The five chain types of the brief as sets of policy: what each keeps on stock, orders at once, serves first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from rantai.iscm.strategy.models import StrategyTemplate


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """What a template sets; shares in 1/10,000."""

    service_level: int
    """Cycles without a stock-out."""
    review_days: int
    """Days between two looks."""
    replenish: str
    """order_point, order_up_to (each look brings the demand until the next), just_in_time (nothing is kept)."""
    lots: str
    """How much at once at an order point: economic, or source (what is missing, in the source's sizes)."""
    made: str
    """What we make: stock (finished), assemble (its parts), order (nothing)."""
    bought: str
    """What we buy and sell: stock, or order (bought when it is ordered)."""
    sources: str
    """Which source is asked first: rank, or cost."""
    order: str
    """Who is served first: class as the company orders them, or stake."""
    horizon_weeks: int
    """How far ahead is planned for what is only expected."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One of the five, with the company's own figures where it set some."""

    code: str
    name: Any
    aim: Any
    params: Params
    revision: int = 0
    """0: nobody changed it."""


CHOICES = {
    "replenish": ("order_point", "order_up_to", "just_in_time"), "lots": ("economic", "source"),
    "made": ("stock", "assemble", "order"), "bought": ("stock", "order"), "sources": ("rank", "cost"),
    "order": ("class", "stake"),
}  # fmt: skip
LIMITS = {"service_level": (5_000, 9_999), "review_days": (1, 60), "horizon_weeks": (1, 52)}

TEMPLATES: tuple[Template, ...] = (
    Template(
        code="saturation",
        name=_("Everywhere on the shelf"),
        aim=_("A strong brand, sold widely: finished goods are always there, whatever the stock costs."),
        params=Params(
            service_level=9_900, review_days=1, replenish="order_point", lots="economic", made="stock",
            bought="stock", sources="rank",
            order="class", horizon_weeks=26,
        ),
    ),
    Template(
        code="agile",
        name=_("Quick to react"),
        aim=_("Each family and region wants its own: parts are kept, goods are finished to order in small lots."),
        params=Params(
            service_level=9_500, review_days=1, replenish="order_point", lots="source", made="assemble",
            bought="stock", sources="rank",
            order="stake", horizon_weeks=26,
        ),
    ),
    Template(
        code="logistics",
        name=_("Lean logistics"),
        aim=_("Effect against effort: few large orders, the cheapest way, stock only where it pays."),
        params=Params(
            service_level=9_200, review_days=14, replenish="order_up_to", lots="source", made="stock",
            bought="stock", sources="cost",
            order="class", horizon_weeks=26,
        ),
    ),
    Template(
        code="customer",
        name=_("New before the others"),
        aim=_("Products change often: short horizons and small lots, and the customers worth most come first."),
        params=Params(
            service_level=9_700, review_days=7, replenish="order_up_to", lots="source", made="stock",
            bought="stock", sources="rank",
            order="stake", horizon_weeks=8,
        ),
    ),
    Template(
        code="trading",
        name=_("Good and cheap"),
        aim=_("Bought when it is sold: no stock of one's own, and the cheapest source is asked first."),
        params=Params(
            service_level=9_000, review_days=7, replenish="just_in_time", lots="source", made="order",
            bought="order", sources="cost",
            order="class", horizon_weeks=26,
        ),
    ),
)  # fmt: skip
CODES = tuple(one.code for one in TEMPLATES)


def list_templates() -> list[Template]:
    """Return the five as the company has them."""
    own = {row.code: row for row in StrategyTemplate.objects.all()}
    return [_with_own(one, own.get(one.code)) for one in TEMPLATES]


def find_template(code: str) -> Template | None:
    """Return one of the five, or None."""
    usual = next((one for one in TEMPLATES if one.code == code), None)
    return _with_own(usual, StrategyTemplate.objects.filter(code=code).first()) if usual else None


def read_params(values: Mapping[str, Any], usual: Params) -> Params:
    """Return parameters with some of them set otherwise."""
    return Params(**{**asdict(usual), **{name: value for name, value in values.items() if name in asdict(usual)}})


def _with_own(usual: Template, row: StrategyTemplate | None) -> Template:
    if row is None:
        return usual
    params = read_params(row.params, usual.params)
    return Template(code=usual.code, name=usual.name, aim=usual.aim, params=params, revision=row.revision)
