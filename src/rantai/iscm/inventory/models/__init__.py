"""Rows of inventory; Django looks for them under this name."""

from rantai.iscm.inventory.models.findings import PlacementChoice, PlacementRun, PromotionCandidate
from rantai.iscm.inventory.models.policies import (
    DecouplingPoint,
    StockPolicy,
    StockTarget,
    StockTargetRun,
    VmiAgreement,
)
from rantai.iscm.inventory.models.stock import (
    LedgerIsAppendOnly,
    LedgerQuerySet,
    Lot,
    OpeningRun,
    Reservation,
    StockBalance,
    StockCount,
    StockCountLine,
    StockMove,
    WorkReservation,
)

__all__ = [
    "DecouplingPoint",
    "LedgerIsAppendOnly",
    "LedgerQuerySet",
    "Lot",
    "OpeningRun",
    "PlacementChoice",
    "PlacementRun",
    "PromotionCandidate",
    "Reservation",
    "StockBalance",
    "StockCount",
    "StockCountLine",
    "StockMove",
    "StockPolicy",
    "StockTarget",
    "StockTargetRun",
    "VmiAgreement",
    "WorkReservation",
]
