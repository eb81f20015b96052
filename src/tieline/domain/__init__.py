"""Plain frozen values (event, launch and its states, outcome, finding) with no I/O and no clock."""
