"""What crosses the door of ISCM: plain values, no Django; one import path for those who call."""

from __future__ import annotations

from rantai.iscm.messages.chains import Chain, ChainLink, ChainNode
from rantai.iscm.messages.demands import (
    DemandChange,
    DemandLine,
    DemandOrder,
    DemandStatus,
    PromisedSlice,
    RecordedDemand,
    Stake,
    StakeUpdate,
)
from rantai.iscm.messages.expected import DemandHistory, DemandSignals, ForecastChange
from rantai.iscm.messages.goods import OpeningStock, ReceiptLine, TransferRequest, WantedReturn
from rantai.iscm.messages.offers import (
    Ask,
    AskLine,
    DemandKey,
    KeptBack,
    KeptShare,
    Offer,
    OfferLine,
    OfferSlice,
    PlanMark,
    SlotShare,
)

__all__ = [
    "Ask",
    "AskLine",
    "Chain",
    "ChainLink",
    "ChainNode",
    "DemandChange",
    "DemandHistory",
    "DemandKey",
    "DemandLine",
    "DemandOrder",
    "DemandSignals",
    "DemandStatus",
    "ForecastChange",
    "KeptBack",
    "KeptShare",
    "Offer",
    "OfferLine",
    "OfferSlice",
    "OpeningStock",
    "PlanMark",
    "PromisedSlice",
    "ReceiptLine",
    "RecordedDemand",
    "SlotShare",
    "Stake",
    "StakeUpdate",
    "TransferRequest",
    "WantedReturn",
]
