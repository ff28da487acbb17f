"""Size orders and what they need of a component, for the reference."""

from dataclasses import dataclass

from rantai_engines.planning.problem import PPM
from rantai_engines.planning.reference_worktime import WorkTime
from rantai_engines.planning.tables import NEVER


@dataclass(frozen=True, slots=True)
class Line:
    """A component of a source as the reference reads it."""

    place: int
    per: int
    fixed: int
    kept: int
    step: int
    since: int
    until: int
    group: int
    row: int


class Lots(WorkTime):
    """The lot rules of a problem's sources."""

    def lot(self, source: int, need: int) -> int:
        s = self.p.sources
        multiple, maximum = int(s.multiple[source]), int(s.maximum[source])
        lot = max(need, int(s.minimum[source]))
        lot = -(-lot // multiple) * multiple if multiple else lot
        return self.lot_within(source, maximum) if 0 < maximum < lot else lot

    def lot_within(self, source: int, most: int) -> int:
        multiple = int(self.p.sources.multiple[source])
        lot = most // multiple * multiple if multiple else most
        return lot if lot >= max(int(self.p.sources.minimum[source]), 1) else 0

    def lot_in_time(self, source: int, most: int, end: int) -> int:
        multiple = max(int(self.p.sources.multiple[source]), 1)
        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.start_for(source, end, middle, -1) >= self._wall(source) else (
                low, middle - 1)  # fmt: skip
        return self.lot_within(source, low // multiple * multiple)

    def need(self, source: int, line: Line, lot: int) -> int:
        started = -(-lot * PPM // int(self.p.sources.yield_ppm[source]))
        return -(-started * line.per // line.kept) + line.fixed

    def lot_from(self, source: int, line: Line, units: int) -> int:
        left = units - line.fixed
        if left <= 0:
            return 0
        return left * line.kept // line.per * int(self.p.sources.yield_ppm[source]) // PPM if line.per else NEVER
