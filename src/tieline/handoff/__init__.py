"""The two straight scripts: accept (check, store, receipt; and again, by replay) and dispatch (claim, pace, send, settle)."""
