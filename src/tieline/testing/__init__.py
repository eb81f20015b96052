"""What users import in their tests: a twin of Genesys Cloud as a pytest fixture, a context manager and an async one."""
