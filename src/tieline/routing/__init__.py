"""Turns an event into a launch: which route matches, and what its expressions make of the event."""
