"""Keep the tree in which items are grouped."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Category
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class CategoryCodeInUse(ValueError):
    """A category with a code that another one has."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_("The code %(code)s is taken. Choose another.") % {"code": code})


class CategoryCircle(ValueError):
    """A category that would lie inside itself."""

    def __init__(self, category: Category) -> None:
        self.category = category
        super().__init__(_("%(code)s cannot lie inside itself. Choose another place.") % {"code": category.code})


def add_category(code: str, *, name: Mapping[str, str], parent: Category | None = None, by: str) -> Category:
    """Add a category; raises CategoryCodeInUse."""
    require_transaction()
    if Category.objects.filter(code=code).exists():
        raise CategoryCodeInUse(code)
    row = Category.objects.create(code=code, name=dict(name), parent=parent)
    audit.record(DocRef("category", row.pk), action="added", by=by)
    return row


def edit_category(category: Category, *, name: Mapping[str, str], parent: Category | None, by: str) -> Category:
    """Give a category another name or place; its code stays, since files know it by that. Raises CategoryCircle."""
    require_transaction()
    above = parent
    while above is not None:
        if above.pk == category.pk:
            raise CategoryCircle(category)
        above = above.parent
    Category.objects.filter(pk=category.pk).update(name=dict(name), parent=parent)
    audit.record(DocRef("category", category.pk), action="changed", by=by)
    category.refresh_from_db()
    return category
