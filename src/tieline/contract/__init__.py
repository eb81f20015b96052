"""Genesys Cloud's published contract as data: schemas, error codes, permissions, regions, limits; no I/O."""
