"""The trace of a unit from the customer to the tier-2 part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainNode:
    """A place in the trace of a unit: a demand, a supply, a planned order, a stock lot, a tier-2 commit."""

    key: str
    kind: str
    label: str
    detail: str
    ref: DocRef | None
    item_id: int | None
    units: Quantity
    starts_on: date | None
    due_on: date | None
    promised_on: date | None
    slack_days: int | None
    is_critical: bool
    is_late: bool
    tier: int
    """0 the customer, rising upstream."""
    name: str = ""
    """The item's, in the reader's language."""
    party: str = ""
    place: str = ""
    wanted_on: date | None = None
    p80_on: date | None = None
    is_done: bool = False
    note: str = ""
    """A code that says more: the state of a document, the kind of a proposal, why units are short."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainLink:
    """Units that flow from one node to another."""

    supplier: str
    consumer: str
    units: Quantity
    slack_days: int | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The trace of an order line, a proposal or a supply: nodes and links, with the leaf cause where it is late."""

    root: str
    nodes: tuple[ChainNode, ...]
    links: tuple[ChainLink, ...]
    leaf_cause: str = ""
    leaf: str = ""
    """Key of the node in which the cause lies: the end of the critical path."""
    plan_revision: int | None = None
    as_of: datetime | None = None
