"""Pure mathematics on arrays: no Django, no database, no clock."""

from rantai_engines import kept_code

# Before the first kernel is loaded, whoever loads it.
kept_code.drop_stale()
