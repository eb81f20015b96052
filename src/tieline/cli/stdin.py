"""Stops a command that serves when its standard input ends: its parent is gone then, however it went."""

from __future__ import annotations

import os
import signal
import threading

HELP = "Stop when standard input ends: a program that holds its other end leaves no process behind, even if it is killed."


def stop_with_stdin() -> None:
    """Ask this process to stop, as SIGTERM does, once nobody holds the other end of its standard input; what comes in is thrown away.

    A thread waits for it: an event loop cannot wait for every kind of file, and this begins before there is a loop.
    """
    threading.Thread(target=_wait, name="stdin", daemon=True).start()


def _wait() -> None:
    while os.read(0, 65_536):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
