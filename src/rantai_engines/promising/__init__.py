"""Promise dates and quantities from stock and receipts that nobody holds yet."""
