"""Pages of those who ask what if."""
