"""Words typed at a terminal; the only room that prints."""
