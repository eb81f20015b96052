"""6xx: what keeps a captured request from being read (TL630 to TL639)."""
