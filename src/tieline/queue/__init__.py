"""Keeps launches until they are settled: the port, SQLite for one machine, memory for tests."""
