"""Who may see what customers are worth, and who may value them anew; what a slip costs."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "insight.view": ("sales", "service", "planner", "finance", "manager"),
    "insight.value": ("sales", "finance", "manager"),
}

SHARE_SCALE = 10_000
ASSUMED_MARGIN = 0.3
"""Share of the price that is margin where neither costs nor a setting tell."""


def churn_sensitivity(probability_alive: float) -> int:
    """Return in 1/10,000 how much a broken promise may move whether a customer stays: 4·p·(1 − p).

    A customer who is surely gone or surely staying is moved little, one on the edge most. An approximation of ours,
    until slips and their consequences have been observed.
    """
    return round(SHARE_SCALE * 4 * probability_alive * (1 - probability_alive))
