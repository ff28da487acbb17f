"""What foundation does about its own facts."""

from __future__ import annotations

from rantai.foundation import events
from rantai.foundation.documents import actions as documents
from rantai.foundation.messages import actions as messages


def on_party_erased(fact: events.PartyErased) -> None:
    """Forget what was said to an erased party, and what it said."""
    messages.erase_messages(fact.party_id)
    documents.erase_conversations(fact.party_id)
