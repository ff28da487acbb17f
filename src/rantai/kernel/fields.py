"""Model fields that keep money and quantities as integers."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class MoneyField(models.BigIntegerField[int, int]):
    """Ten-thousandths of the document's currency unit."""

    description = "money in 1/10,000 of the currency unit"


class QuantityField(models.BigIntegerField[int, int]):
    """Ten-thousandths of the item's base unit."""

    description = "quantity in 1/10,000 of the base unit"


class ReadableEncoder(DjangoJSONEncoder):
    """Keeps Chinese as it is written, so that SQLite can search in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "ensure_ascii": False})


class TranslatedField(models.JSONField[dict[str, str], dict[str, str]]):
    """Text in several languages as `{language: text}`; read it with `kernel.texts.pick`."""

    description = "text in several languages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("encoder", ReadableEncoder)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave the encoder out of migrations: it is part of what this field is."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("encoder", None)
        return name, path, args, kwargs
