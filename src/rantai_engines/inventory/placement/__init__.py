"""Where along a chain safety stock stands, under guaranteed service."""
