"""How much to hold of each item at each location, and when and how much to order."""
