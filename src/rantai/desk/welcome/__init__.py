"""The first day: who the company is, who its first administrator, what to do first; and the demonstration's end."""
