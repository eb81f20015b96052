"""The two straight scripts: accept (check, store, receipt) and dispatch (claim, pace, send, settle)."""
