"""Pages of programmes and of what members collected."""
