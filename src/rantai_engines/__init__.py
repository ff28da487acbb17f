"""Pure mathematics on arrays: no Django, no database, no clock."""
