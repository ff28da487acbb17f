"""Pages of what hangs on documents, one module a noun."""
