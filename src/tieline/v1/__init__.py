"""Generated stubs of proto/tieline/v1; never edited (`make proto` writes them, the house tests hold them current)."""
