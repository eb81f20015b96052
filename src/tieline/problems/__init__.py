"""The error catalogue: every fault a person can meet, as a value with a stable code."""
