"""6xx: what the probes of the way to the cloud find (TL650 to TL679)."""
