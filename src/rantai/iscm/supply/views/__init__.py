"""Pages of the planners."""
