"""How fast launches may leave: permits stamped by the answer; pure, time is handed in."""
