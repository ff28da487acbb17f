"""Pages about people and their rights, one module a noun."""
