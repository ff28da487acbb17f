"""What each customer is worth: how often they will buy, for how much, and whether they are still there."""
