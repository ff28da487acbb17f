"""What a workshop does: release, start and finish steps, finish, take back."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm import reports
from rantai.iscm.production.actions import orders as production
from rantai.iscm.production.actions import steps
from rantai.iscm.production.queries import views as production_views
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import join_atomic


def list_production(ref: DocRef) -> tuple[reports.ProductionView, ...]:
    """Return what is made for a document, the orders that make components behind those that take them."""
    return production_views.list_of_document(ref)


def release_production(order_id: int, *, by: str, as_of: datetime) -> tuple[int, ...]:
    """Let a production order and those that make its components go to the shop floor; return their ids."""
    made = join_atomic(lambda: production.release_tree(production.lock_order(order_id), at=as_of, by=by))
    return tuple(row.pk for row in made)


def start_step(order_id: int, position: int, *, by: str, as_of: datetime) -> None:
    """Begin step k of a production order. Raises StepOutOfTurn, ComponentsShort, IllegalTransition."""
    join_atomic(lambda: steps.start_step(*production.lock_step(order_id, position), at=as_of, by=by))


def finish_step(
    order_id: int, position: int, *, good: Quantity | None = None, scrap: Quantity = ZERO, by: str, as_of: datetime
) -> None:
    """End step k of a production order with what came out of it. Raises WrongUnits and what start_step raises."""
    join_atomic(
        lambda: steps.finish_step(
            *production.lock_step(order_id, position),
            good=None if good is None else good.amount,
            scrap=scrap.amount,
            at=as_of,
            by=by,
        )
    )


def finish_production(order_id: int, *, lot: str = "", serials: tuple[str, ...] = (), by: str, as_of: datetime) -> None:
    """Bring what was made to stock. Raises StepsOpen, NothingGood, MarkMissing, ComponentsShort."""
    join_atomic(
        lambda: steps.finish_order(production.lock_order(order_id), lot_code=lot, serials=serials, at=as_of, by=by)
    )


def reverse_production(order_id: int, *, by: str, as_of: datetime) -> None:
    """Take back what was finished by mistake. Raises IllegalTransition, NotEnoughStock."""
    join_atomic(lambda: steps.reverse_finish(production.lock_order(order_id), at=as_of, by=by))


def cancel_production(order_id: int, *, by: str, as_of: datetime) -> None:
    """Cancel a production order that is not finished. Raises IllegalTransition."""
    join_atomic(lambda: production.cancel_order(production.lock_order(order_id), at=as_of, by=by))
