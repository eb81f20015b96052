"""3xx: what the queue refuses."""
