"""Which flow a name means in an environment, with its version and input schema."""
