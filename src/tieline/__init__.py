"""Tieline hands events to Genesys Cloud Architect flows: durable, checked, sent once, at the pace the cloud allows."""
