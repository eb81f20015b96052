"""Genesys Cloud's published contract as data: operations, schemas, error codes, permissions, regions, limits; no I/O."""
