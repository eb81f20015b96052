"""The ways in: gRPC, HTTP (webhooks and REST), signatures, and the translation between the wire and the domain."""
