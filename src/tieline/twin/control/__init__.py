"""The twin's own paths, below `/_twin/`: what a test asks of it, and what it tells."""
