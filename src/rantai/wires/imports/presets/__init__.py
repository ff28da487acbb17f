"""Formats that the world already has, by name."""

from rantai.wires.imports.presets import online_retail

PRESETS = {"online-retail": online_retail}
