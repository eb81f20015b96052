"""6xx: what the source code of a caller shows (TL640 to TL649)."""
