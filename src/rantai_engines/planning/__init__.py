"""Plan supply for demand over levels, places and time, on arrays alone."""
