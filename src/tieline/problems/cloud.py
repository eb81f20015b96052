"""4xx: what Genesys Cloud, or the way to it, answers."""
