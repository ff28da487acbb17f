"""Turn one way to make units into the engine's sources, steps, bills, by-products and loads."""

from __future__ import annotations

from dataclasses import dataclass

from rantai.bench.formats.planning import resourcing
from rantai.bench.formats.planning.columns import MOST_SECONDS, MOST_WEIGHT, last_end, never_after, per, sizes, units
from rantai.bench.formats.planning.drafting import NO_FENCE, Draft
from rantai.bench.formats.planning.model import FOREVER, Flow, Operation
from rantai.bench.formats.planning.operations import is_output
from rantai.bench.formats.planning.sourcing import Option, Output, list_efficiencies, list_outputs
from rantai.bench.formats.planning.values import BEGINNING, round_down_half
from rantai_engines.planning.problem import SourceKind


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """How the model's order quantity q becomes the engine's, which counts output units.

    A proportional output divides by ``by``. An output that does not grow with q is made in lots of q = ``lot``.
    """

    by: float
    lot: float

    def per(self, quantity: float) -> float:
        return quantity / self.by if self.by else 0.0

    def fixed(self, quantity_per: float, fixed: float) -> float:
        return fixed if self.by else quantity_per * self.lot + fixed


def add_option(draft: Draft, option: Option, place: int, *, rank: int, is_delivery: bool) -> None:
    """Add the sources of an option, one for each range of dates in which it gives the same."""
    head = draft.model.operations[option.head]
    if is_delivery:
        outputs = [Output(per=1.0, fixed=0.0, minimum=head.minimum, since=option.since, until=option.until)]
    else:
        outputs = list_outputs(draft.model, option, place)
    for output in outputs:
        if output.since < output.until and _pace(draft, option, output) > 0:
            _add_source(draft, option, output, place, rank=rank, is_delivery=is_delivery)


def _pace(draft: Draft, option: Option, output: Output) -> float:
    """Return how fast the slowest of the resources is whose efficiency changes, in the range of an output."""
    operations = (draft.model.operations[step] for step in option.steps)
    each = (steps.at(output.since) for one in operations for steps in list_efficiencies(draft.model, one))
    return min(each, default=1.0)


def _add_source(draft: Draft, option: Option, output: Output, place: int, *, rank: int, is_delivery: bool) -> None:
    head = draft.model.operations[option.head]
    scale = _Scale(by=output.per, lot=max(output.minimum, 1.0))
    is_routing = option.steps != (option.head,)
    first = draft.model.operations[option.steps[0]] if option.steps else head
    is_bound = draft.rules.is_bound(SourceKind.MAKE)
    source = draft.sources.add(
        key=len(draft.sources) + 1,
        item_location=place,
        kind=int(SourceKind.MAKE),
        rank=rank,
        lead_time=0,
        # The fence counts the working time of the step that starts.
        calendar=draft.times.add_calendar(first.calendars) if is_bound else -1,
        fence=round_down_half(head.fence or first.fence) if is_bound else NO_FENCE,
        **_sizes(head, output, scale),
        cost=option.cost / (output.per or 1.0),
        effective_from=output.since,
        effective_to=last_end(output.until, forever=FOREVER),
        origin=-1,
        output_fixed=units(output.fixed) if output.per else 0,
        posttime=max(round_down_half(head.post_time), 0),
        weight=min(max(option.weight, 0.0), MOST_WEIGHT),
    )
    groups = _Groups()
    _add_flows(draft, [*option.outer, *(head.flows if is_routing else ())], source, -1, scale, groups)
    pace = _pace(draft, option, output)
    loads = resourcing.list_step_loads(draft.model, [draft.model.operations[row] for row in option.steps])
    for sequence, row in enumerate(option.steps):
        step = _add_step(draft, draft.model.operations[row], source, sequence, scale, pace, is_routing=is_routing)
        _add_flows(draft, draft.model.operations[row].flows, source, step, scale, groups)
        resourcing.add_loads(draft, loads[sequence], step, scale.per)
    if not is_delivery:
        _add_co_products(draft, option, source, place, scale)


def _sizes(head: Operation, output: Output, scale: _Scale) -> dict[str, int]:
    if not scale.by:
        each = units(output.fixed)
        return {"minimum": each, "multiple": each, "maximum": each}
    return sizes(output.minimum * scale.by, head.multiple * scale.by, head.maximum * scale.by)


def _add_step(
    draft: Draft, operation: Operation, source: int, sequence: int, scale: _Scale, pace: float, *, is_routing: bool
) -> int:
    fixed = scale.fixed(operation.duration_per, operation.duration) / pace
    return draft.steps.add(
        source=source,
        sequence=sequence,
        fixed_seconds=max(round_down_half(fixed), 0),
        unit_seconds=min(max(scale.per(operation.duration_per) / pace, 0.0), MOST_SECONDS),
        calendar=draft.times.add_calendar(operation.calendars),
        posttime=max(round_down_half(operation.post_time), 0) if is_routing else 0,
    )


class _Groups:
    """Numbers for the alternates of one source: flows with one name are alternates when there are several."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], int] = {}

    def number(self, step: int, flow: Flow, flows: list[Flow]) -> int:
        """Return the number of a flow's group, -1 where it stands alone."""
        if not flow.group or sum(other.group == flow.group for other in flows) < 2:
            return -1
        return self._numbers.setdefault((step, flow.group), len(self._numbers))


def _add_flows(draft: Draft, flows: list[Flow], source: int, step: int, scale: _Scale, groups: _Groups) -> None:
    """Add what is taken."""
    for flow in flows:
        if is_output(flow) or (flow.per == 0 and flow.fixed == 0):
            continue
        group = groups.number(step, flow, flows)
        if group >= 0 and flow.rank == 0:
            continue
        draft.lines.add(
            source=source,
            component=flow.place,
            quantity_per=per(scale.per(-flow.per)),
            quantity_fixed=units(scale.fixed(-flow.per, -flow.fixed)),
            operation=step,
            at_end=not flow.is_at_start,
            offset=round(flow.offset),
            effective_from=flow.since if flow.since > BEGINNING else -(1 << 60),
            effective_to=never_after(flow.until, forever=FOREVER),
            group=group,
            rank=flow.rank,
        )


def _add_co_products(draft: Draft, option: Option, source: int, place: int, scale: _Scale) -> None:
    """Add what comes besides the output, and the output of the steps before the last."""
    operations = draft.model.operations
    first = len(draft.steps) - len(option.steps)
    flows = [(flow, -1) for flow in option.outer]
    if option.steps != (option.head,):
        flows += [(flow, -1) for flow in operations[option.head].flows]
    for number, row in enumerate(option.steps):
        is_last = number == len(option.steps) - 1
        flows += [(flow, -1 if is_last else first + number) for flow in operations[row].flows]
    for flow, step in flows:
        if is_output(flow) and (flow.place != place or step >= 0):
            draft.co_products.add(
                source=source,
                item_location=flow.place,
                quantity_per=per(scale.per(flow.per)),
                quantity_fixed=units(scale.fixed(flow.per, flow.fixed)),
                operation=step,
                effective_from=flow.since if flow.since > BEGINNING else -(1 << 60),
                effective_to=never_after(flow.until, forever=FOREVER),
            )
