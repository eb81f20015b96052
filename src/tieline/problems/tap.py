"""6xx: what keeps the tap from its work (TL680 to TL689)."""
