"""Faults on purpose: which request meets one, and which it is."""
