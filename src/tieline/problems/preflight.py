"""2xx: what preflight and routing say of a launch request."""
