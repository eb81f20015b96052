"""5xx: settings and the flow book."""
