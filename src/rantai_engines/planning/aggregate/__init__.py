"""Decide by the week what to make, buy, store and leave open when capacity is short for weeks on end."""
