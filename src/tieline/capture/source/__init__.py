"""Reads the source code of a caller: finds the calls that launch flows, and the request each would send."""
