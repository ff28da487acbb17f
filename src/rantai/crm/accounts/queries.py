"""Read accounts; the one place that resolves which party a document belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from rantai.crm.accounts.models import Account
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address, Party
from rantai.kernel.compiled import Compiled


class UnknownCustomer(LookupError):
    """A party that is not there, or that we stopped selling to."""

    def __init__(self, party_id: int) -> None:
        self.party_id = party_id
        super().__init__(_("There is no such customer, or it was archived. Choose another one."))


def list_accounts() -> QuerySet[Account]:
    """Return the accounts of parties that are no alias and not archived."""
    return Account.objects.filter(archived_at=None, party__canonical=None, party__archived_at=None)


def find_account(party_id: int) -> Account | None:
    """Return the account under which a party buys, that of its canonical party, or None; raises UnknownCustomer."""
    found = _ACCOUNTS.read(party_id)
    if found and found[0].party.canonical_id is None:
        return found[0]
    canonical = get_canonical(party_id)
    if canonical != party_id:
        found = _ACCOUNTS.read(canonical)
    return next(iter(found), None)


_ACCOUNTS = Compiled(
    lambda party_id: (
        Account.objects.select_related("party", "payment_term").filter(party_id=party_id).order_by("id")[:1]
    )
)


def get_canonical(party_id: int) -> int:
    """Return the party that buys under this id; raises UnknownCustomer."""
    try:
        return parties.canonical_id(party_id)
    except Party.DoesNotExist as error:
        raise UnknownCustomer(party_id) from error


def scope(party_id: int, *, field: str = "party") -> Q:
    """Return the condition under which a document belongs to a customer, whatever it was called when written."""
    return Q(**{f"{field}_id__in": parties.list_party_ids(party_id)})


def list_addresses(party_id: int) -> QuerySet[Address]:
    """Return a customer's places in use, the usual one first."""
    rows = Address.objects.filter(scope(party_id), archived_at=None)
    return rows.order_by("-is_default", "id")


def tenure_days(account: Account, *, as_of: datetime) -> int | None:
    """Return for how many days the customer has bought, or None before its first order."""
    return (as_of - account.first_order_at).days if account.first_order_at else None


def list_customers(words: str = "") -> QuerySet[Party]:
    """Return customers by name or identifier, those who bought last first."""
    rows = parties.list_parties("customer").select_related("account")
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(email__istartswith=words) | Q(identifiers__value=words)
        ).distinct()
    return rows.order_by("name", "id")


def list_recent_customers() -> QuerySet[Party]:
    """Return named customers, those who ordered last first."""
    rows = parties.list_parties("customer").filter(is_anonymous=False).select_related("account")
    return rows.order_by("-account__last_order_at", "name")


@dataclass(frozen=True, slots=True)
class Figures:
    """How many customers there are, how many of them owe us, and how much in the company's currency."""

    customers: int
    owing: int
    owed: int


def sum_accounts() -> Figures:
    """Count customers and sum what they owe, in one query."""
    found = list_accounts().aggregate(
        customers=Count("id"),
        owing=Count("id", filter=Q(open_amount__gt=0)),
        owed=Coalesce(Sum("open_amount"), 0),
    )
    return Figures(**found)
