"""Judges an exchange: whose error it is, every fault ranked, and the mended request."""
