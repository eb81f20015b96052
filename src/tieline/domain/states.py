"""Draws the table of states as a Mermaid picture, for the docs: `python -m tieline.domain.states`."""

from __future__ import annotations

import sys

from tieline.domain.launch import NEXT


def picture() -> str:
    """Give the table of states as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> QUEUED", "    [*] --> REFUSED"]
    lines += [f"    {state} --> {after}" for state, following in NEXT.items() for after in sorted(following)]
    lines += [f"    {state} --> [*]" for state, following in NEXT.items() if not following]
    return "\n".join([*lines, "```"])


if __name__ == "__main__":
    sys.stdout.write(picture() + "\n")
