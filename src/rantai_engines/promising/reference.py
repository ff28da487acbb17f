"""Promise the slow, obvious way, from the definition of cumulative available-to-promise.

Free at t is the least, over every instant u from t on, of what has come by u less what is committed by u. Nothing is
tied to a slot; tests compare dates and quantities with ``solve``.
"""

from rantai_engines.planning.tables import NEVER
from rantai_engines.promising.problem import AtpProblem


def promise_dates(problem: AtpProblem) -> list[tuple[int, int]]:
    """Give (instant of the last unit, units at the wanted instant) for each line, lines served by rank and key."""
    s, c, lines, now = problem.slots, problem.committed, problem.lines, problem.now
    events = [
        (int(s.item_location[k]), max(int(s.time[k]), now), int(s.available[k] - s.promised[k]))
        for k in range(len(s.key))
    ]
    events += [(int(c.item_location[k]), max(int(c.time[k]), now), -int(c.quantity[k])) for k in range(len(c.quantity))]
    answers: list[tuple[int, int]] = [(NEVER, 0)] * len(lines.key)
    for k in sorted(range(len(lines.key)), key=lambda row: (lines.rank[row], lines.key[row])):
        place, wanted, quantity = int(lines.item_location[k]), max(int(lines.wanted_at[k]), now), int(lines.quantity[k])
        times = sorted({wanted} | {t for i, t, _ in events if i == place and t > wanted})
        free = {t: _free(events, place, t) for t in times}
        at = next((t for t in times if free[t] >= quantity), NEVER)
        answers[k] = (at, min(free[wanted], quantity))
        if lines.partial[k]:
            taken = 0
            for t in times:
                units = min(quantity - taken, _free(events, place, t))
                events.append((place, t, -units))
                taken += units
        elif at < NEVER:
            events.append((place, at, -quantity))
    return answers


def _free(events: list[tuple[int, int, int]], place: int, at: int) -> int:
    later = sorted({t for i, t, _ in events if i == place and t > at} | {at})
    return max(min(sum(q for i, t, q in events if i == place and t <= u) for u in later), 0)
