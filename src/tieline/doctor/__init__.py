"""Walks the way to the cloud, one probe for each step; each ends in a finding."""
