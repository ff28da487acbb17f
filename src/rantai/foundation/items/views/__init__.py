"""Pages of items and how they come to be, one module a noun."""
