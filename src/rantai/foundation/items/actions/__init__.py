"""Write items and how they come to be, one module a noun."""
