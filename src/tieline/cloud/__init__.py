"""The only room that speaks to Genesys Cloud: token, HTTP, requests, outcomes."""
