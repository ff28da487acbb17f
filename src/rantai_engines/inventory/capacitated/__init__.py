"""Lots of many items on one machine with set-up times and limited capacity."""
