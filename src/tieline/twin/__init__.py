"""A stand-in for Genesys Cloud on your own machine; it knows the contract and nothing else of Tieline."""
