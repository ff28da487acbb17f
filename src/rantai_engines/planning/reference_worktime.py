"""Count working time the slow, obvious way: interval by interval."""

from rantai_engines.planning.problem import PPM, UNIT, Problem
from rantai_engines.planning.tables import NEVER


class WorkTime:
    """The calendars and routings of a problem, as the reference reads them."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem

    def _steps(self, source: int) -> list[int]:
        o = self.p.operations
        return sorted((r for r in range(len(o.source)) if o.source[r] == source), key=lambda r: o.sequence[r])

    def _seconds(self, source: int, step: int, lot: int) -> int:
        started, o = lot * (PPM / int(self.p.sources.yield_ppm[source])), self.p.operations
        exact = started * float(o.unit_seconds[step]) / UNIT
        return int(o.fixed_seconds[step]) + (-int((0.5 - exact) // 1) if exact > 0 else 0)

    def _wall(self, source: int) -> int:
        s = self.p.sources
        fence, calendar = int(s.fence[source]), int(s.calendar[source])
        if fence >= 0:
            return self._advance(calendar, self.p.now, fence)
        return self._go_back(calendar, self.p.now, -fence)

    def start_for(self, source: int, end: int, lot: int, step: int) -> int:
        """Give the latest start of the order, or of one of its steps, for an end."""
        s = self.p.sources
        t = self._go_back(int(s.calendar[source]), end, int(s.lead_time[source]))
        for each in reversed(self._steps(source)):
            t = self._go_back(int(self.p.operations.calendar[each]), t, self._seconds(source, each, lot))
            if each == step:
                break
        return t

    def end_from(self, source: int, start: int, lot: int, step: int) -> int:
        """Give the end of the order when it, or one of its steps, starts at ``start``."""
        steps, t, s = self._steps(source), start, self.p.sources
        for each in steps[steps.index(step) if step >= 0 else 0 :]:
            t = self._advance(int(self.p.operations.calendar[each]), t, self._seconds(source, each, lot))
        return self._advance(int(s.calendar[source]), t, int(s.lead_time[source]))

    def _intervals(self, calendar: int) -> list[tuple[int, int]]:
        c = self.p.calendars
        return [(int(c.start[i]), int(c.end[i])) for i in range(c.offset[calendar], c.offset[calendar + 1])]

    def _advance(self, calendar: int, t: int, seconds: int) -> int:
        if not seconds or t >= NEVER or calendar < 0:
            return min(t + seconds, NEVER)
        for start, end in self._intervals(calendar):
            open_seconds = max(end - max(start, t), 0)
            if 0 < seconds <= open_seconds:
                return max(start, t) + seconds
            seconds -= open_seconds
        return NEVER

    def _go_back(self, calendar: int, t: int, seconds: int) -> int:
        if not seconds or t <= -NEVER or calendar < 0:
            return max(t - seconds, -NEVER)
        for start, end in reversed(self._intervals(calendar)):
            open_seconds = max(min(end, t) - start, 0)
            if seconds < open_seconds:
                return min(end, t) - seconds
            if seconds == open_seconds and open_seconds:
                return start
            seconds -= open_seconds
        return -NEVER
