"""1xx: faults a caller meets at the doors."""
