"""What things cost us is a permission of roles, from which a person may be excepted."""

from __future__ import annotations

import pytest

from rantai.foundation.access import queries, rules
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents import rules as files
from rantai.foundation.documents.models import Attachment
from tests.factories import foundation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "sees"),
    [("sales", True), ("planner", True), ("buyer", True), ("finance", True), ("manager", True), ("warehouse", False),
     ("service", False), ("production", False)],
)  # fmt: skip
def test_roles_see_cost_or_not(role: str, sees: bool) -> None:
    assert foundation.make_user(roles=[role]).has_perm(rules.SEES_COST) is sees


def test_who_is_excepted_sees_none_whatever_the_roles_and_an_administrator_too() -> None:
    for facts in ({"roles": ["buyer", "manager"]}, {"is_admin": True}):
        user = foundation.make_user(hides_cost=True, **facts)
        assert not user.has_perm(rules.SEES_COST)
        assert user not in queries.list_users_with(rules.SEES_COST)
    assert foundation.make_user(is_admin=True).has_perm(rules.SEES_COST)


def test_a_paper_with_prices_is_not_opened_by_who_sees_no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.FILE_PERMISSION, "purchase_order", rules.SEES_COST)
    monkeypatch.setitem(files.VIEW_PERMISSION, "purchase_order", "purchasing.view")
    buyer, keeper = foundation.make_user(roles=["buyer"]), foundation.make_user(roles=["warehouse"])
    priced = Attachment(ref_kind="purchase_order", ref_id=1, purpose="purchase_order")
    photo = Attachment(ref_kind="purchase_order", ref_id=1, purpose="")

    assert [documents.may_see_file(user, priced) for user in (buyer, keeper)] == [True, False]
    assert [documents.may_see_file(user, photo) for user in (buyer, keeper)] == [True, True]
