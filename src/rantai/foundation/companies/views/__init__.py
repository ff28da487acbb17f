"""Pages of our company."""
