"""The best plan there is, for chains small enough to prove it."""
