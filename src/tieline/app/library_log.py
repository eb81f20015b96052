"""What libraries log, in the form of Tieline's own log: without this, Python prints their warnings as bare lines between ours."""

from __future__ import annotations

import logging

import structlog

log = structlog.get_logger("tieline.library")
SAID_MAX = 500
"""How much of a library's words is kept, in characters."""


class LibraryLog(logging.Handler):
    """Hands on what libraries say with `logging`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        said, logger = record.getMessage()[:SAID_MAX], record.name
        if record.levelno >= logging.ERROR:
            log.error("a library failed", logger=logger, said=said, exc_info=record.exc_info)
        else:
            log.warning("a library warned", logger=logger, said=said)


def take_over() -> None:
    """Take the warnings and errors of every library, and no others."""
    logging.basicConfig(handlers=[LibraryLog(logging.WARNING)], level=logging.WARNING, force=True)
