"""The XML of planning models (frePPLe's), read as data."""
