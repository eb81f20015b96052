"""Rules on a launch request before it is sent: no network, every finding kept."""
