"""Reads tieline.yaml and the environment; names every mistake at once, with line and column."""
