"""Builds every room from one configuration; the only place that picks implementations."""
