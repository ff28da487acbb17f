"""What the planner process says to the held plan, and what it reads from it."""
