"""Recordings of a real org: read, served again, and held against the twin."""
