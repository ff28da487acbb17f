"""Hold what a person may choose about the valuation of customers."""

from dataclasses import dataclass

from rantai_engines import arrays


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuationParams:
    """Choices of a valuation.

    Attributes
    ----------
    horizon_days : int
        Days ahead over which purchases and value are expected, 1 to 36,500.
    discount_rate_per_year : float
        d of the discount factor (1 + d)^(-days / 365), 0 to 10.
    margin_share : float
        Share of an amount that is margin, 0 to 1; 1 where the amounts are margins already.
    days_per_period : int
        Unit of time of the fitted alpha; 7 gives weeks as in the literature, 1 to 366.
    min_repeat_customers : int
        Below this number of customers who bought twice, parameters lean on a prior instead, 2 to 1,000,000.
    """

    horizon_days: int = 365
    discount_rate_per_year: float = 0.10
    margin_share: float = 1.0
    days_per_period: int = 7
    min_repeat_customers: int = 10

    def __post_init__(self) -> None:
        arrays.check_range(self.horizon_days, field="horizon_days", low=1, high=36_500)
        arrays.check_range(self.discount_rate_per_year, field="discount_rate_per_year", low=0, high=10)
        arrays.check_range(self.margin_share, field="margin_share", low=0, high=1)
        arrays.check_range(self.days_per_period, field="days_per_period", low=1, high=366)
        arrays.check_range(self.min_repeat_customers, field="min_repeat_customers", low=2, high=1_000_000)
