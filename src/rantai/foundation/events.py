"""Facts that foundation announces: masters changed, parties merged, messages to send."""

from dataclasses import dataclass

from rantai.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemChanged(Fact):
    """An item, its units, bill, routing or substitutes changed."""

    item_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChanged(Fact):
    """A way to replenish an item changed."""

    item_id: int
    source_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarChanged(Fact):
    """Working time changed."""

    calendar_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyMerged(Fact):
    """A party became an alias of another, or stopped being one."""

    party_id: int
    alias_id: int
    undone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyErased(Fact):
    """A party's personal data was erased: whoever keeps some erases it too."""

    party_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageQueued(Fact):
    """A message waits to be sent."""

    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserInvited(Fact):
    """A person was asked to join and waits for the link."""

    user_id: int
