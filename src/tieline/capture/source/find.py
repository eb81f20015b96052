"""Finds the calls that launch flows in a file or a directory of source code."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from stat import S_ISREG

from tieline.capture.source.calls import SourceCall
from tieline.capture.source.language import Language
from tieline.capture.source.project import Project
from tieline.capture.source.search import Search
from tieline.problems.base import ProblemError
from tieline.problems.source import SourceUnreadable

_FAMILIES = {
    "go": ("go",),
    "python": ("py",),
    "javascript": ("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"),
    "java": ("java",),
    "csharp": ("cs",),
}
_OF_SUFFIX = {"." + suffix: family for family, suffixes in _FAMILIES.items() for suffix in suffixes}
_CLASSES = {"go": "Go", "python": "Python", "javascript": "JavaScript", "java": "Java", "csharp": "CSharp"}
_SKIPPED = frozenset(
    {".git", "node_modules", "vendor", ".venv", "venv", "target", "build", "dist", "__pycache__", ".tox", "bin", "obj"}
)
_LARGEST = 1 << 20
_MOST_FILES = 20_000
_SIGNS = rb"flows?/executions?|flows?_?executions?|\"executions?\"|flow[-_]?id"


def _quiet(done: int, total: int) -> None:
    return None


def read_source(path: Path, *, told: Callable[[int, int], None] = _quiet) -> list[SourceCall]:
    """Find the calls in a file or a directory, in order of file and line; `told` hears how many files are done, and of how many."""
    files = _gather(path)
    if not files:
        raise ProblemError(SourceUnreadable(path=str(path), fault=_fault(path)))
    calls: list[SourceCall] = []
    done = 0
    for family in sorted({_OF_SUFFIX[Path(file).suffix] for file in files}):
        own = {file: code for file, code in files.items() if _OF_SUFFIX[Path(file).suffix] == family}
        calls += _search(family, own, lambda count, before=done: told(before + count, len(files)))  # type: ignore[misc]
        done += len(own)
    told(len(files), len(files))
    return sorted(calls, key=lambda call: (call.exchange.place.file, call.exchange.place.line))


def _search(family: str, files: dict[str, bytes], told: Callable[[int], None]) -> list[SourceCall]:
    sign = re.compile(_SIGNS, re.IGNORECASE)
    marked = [file for file, code in files.items() if sign.search(code)]
    if not marked:
        return []
    made = getattr(import_module(f"tieline.capture.source.{family}"), _CLASSES[family])
    language: Language = made()
    return Search(Project(files, language), language).run(marked, told)


def _gather(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for file in _files(path):
        try:
            about = file.stat()
            if not S_ISREG(about.st_mode) or (about.st_size > _LARGEST and file != path):
                continue
            code = file.read_bytes()
        except OSError:
            continue
        found[file.as_posix()] = code.removeprefix(b"\xef\xbb\xbf")
        if len(found) >= _MOST_FILES:
            break
    return found


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path] if path.suffix in _OF_SUFFIX else []
    return _below(path)


def _below(path: Path) -> Iterable[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if Path(name).suffix in _OF_SUFFIX:
                yield Path(folder, name)


def _fault(path: Path) -> str:
    if not path.exists():
        return "it is not there"
    return "it is a file of another kind" if path.is_file() else "it holds no source file"
