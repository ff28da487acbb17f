"""Open programmes, change their rule, let customers join and leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rantai.crm.loyalty import rules
from rantai.crm.loyalty.models import LoyaltyMember, LoyaltyProgram, PointsAccount
from rantai.kernel import audit, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def add_program(company_id: int, *, code: str, values: Mapping[str, Any], by: str) -> LoyaltyProgram:
    """Open a programme with its counterpart accounts."""
    require_transaction()
    program = LoyaltyProgram.objects.create(company_id=company_id, code=code, **values)
    PointsAccount.objects.bulk_create(PointsAccount(program=program, kind=kind) for kind in rules.COUNTERPARTS)
    audit.record(DocRef("loyalty_program", program.pk), action="added", by=by)
    return program


def change_program(program: LoyaltyProgram, *, values: Mapping[str, Any], expected_revision: int, by: str) -> None:
    """Change a programme's rule: for points posted from now on. Raises RevisionConflict."""
    require_transaction()
    changed = {
        name: [str(getattr(program, name)), str(value)]
        for name, value in values.items()
        if getattr(program, name) != value
    }
    revisions.take(program, expected=expected_revision, **values)
    audit.record(DocRef("loyalty_program", program.pk), action="changed", by=by, changes=changed)


def join_program(program: LoyaltyProgram, party_id: int, *, at: datetime, by: str) -> LoyaltyMember:
    """Make a customer a member with an account, or a member again."""
    require_transaction()
    member, is_new = LoyaltyMember.objects.get_or_create(
        program=program, party_id=party_id, defaults={"joined_at": at, "joined_by": by}
    )
    if is_new:
        PointsAccount.objects.create(program=program, kind="member", member=member)
    elif member.left_at is not None:
        member.left_at = None
        LoyaltyMember.objects.filter(pk=member.pk).update(left_at=None)
    return member


def leave_program(member: LoyaltyMember, *, at: datetime, by: str) -> None:
    """Let a member go; the points stay in the books."""
    require_transaction()
    LoyaltyMember.objects.filter(pk=member.pk, left_at=None).update(left_at=at)
    audit.record(
        DocRef("loyalty_program", member.program_id), action="left", by=by, changes={"member": [member.pk, None]}
    )
