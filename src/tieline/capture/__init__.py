"""Reads a request that somebody captured, in whatever form they hold it: curl, raw HTTP, HAR, Postman, a log line, source code."""
