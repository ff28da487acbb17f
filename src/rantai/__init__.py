"""Rantai: a company's customers, operations and suppliers as one chain."""
