"""6xx: what diagnosis finds in an exchange (TL601 to TL629)."""
