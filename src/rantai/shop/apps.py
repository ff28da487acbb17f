"""The customers' door."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Where customers without account follow an order by a link."""

    name = "rantai.shop"
    label = "shop"
