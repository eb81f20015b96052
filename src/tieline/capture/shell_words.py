"""Splits curl commands into words as bash, cmd.exe or PowerShell would. Variables stay as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its words after `curl`, where it stands in the text, and the here-document that feeds it."""

    words: tuple[str, ...]
    start: int
    end: int
    stdin: str | None = None


_MOST = 1000
_LONGEST = 50_000
_CURL = re.compile(
    r"""(?<![\w.@-])curl(?P<exe>\.exe)?["']?(?=(?:[ \t]|[\\^`][ \t]*\r?\n)+
    (?:--?[A-Za-z\#:]|\^?["']|[$%{<]|https?:|[\w-]+(?:\.[\w-]+)+[:/?\s]|localhost))""",
    re.VERBOSE,
)
_CMD = re.compile(r'[ \t]\^(?:"|[ \t]*\r?\n)')
_DOUBLED = re.compile(r'[{\[,:][ \t]*""\w|\w""[ \t]*[:,}\]]')
_BACKTICK = re.compile(r"(?m)(?:^|[ \t])`[ \t]*\r?\n")
_MORE = re.compile(r"[ \t]*--?[A-Za-z]")
_CUT = re.compile(r"\n[ \t]*\r?\n|\n(?:< )?HTTP/\d")

_BASH = re.compile(
    r"""(?P<join>\\[ \t]*\r?\n) | (?P<space>[ \t]+) | (?P<line>\r?\n)
    | (?P<ansi>\$'[^'\\]*+(?:\\.[^'\\]*+)*+') | (?P<double>\$?"[^"\\]*+(?:\\.[^"\\]*+)*+") | (?P<single>'[^']*+')
    | (?P<here><<-?[ \t]*(?:'\w+'|"\w+"|\w+)) | (?P<text><[A-Za-z_][\w\ .-]{0,60}>|\$\([^()\n]{0,200}\)) | (?P<file>(?:>>?|<)(?:&\d)?[ \t]*)
    | (?P<end>[;|&)`]) | (?P<escape>\\.) | (?P<open>["']) | (?P<run>[^\s"'<>;|&)`\\$]+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_POWERSHELL = re.compile(
    r"""(?P<join>`[ \t]*\r?\n) | (?P<space>[ \t]+) | (?P<line>\r?\n)
    | (?P<double>"(?:[^"`\\]++|`.|""|\\"?)*+") | (?P<single>'(?:[^']++|'')*+') | (?P<escape>`.)
    | (?P<text><[A-Za-z_][\w\ .-]{0,60}>) | (?P<file>>>?[ \t]*) | (?P<end>[;|])
    | (?P<open>["']) | (?P<run>[^\s"'<>;|`]+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ARGV = re.compile(
    r"""(?P<space>\s+) | (?P<double>"(?:[^"\\]++|\\.|"")*+") | (?P<escape>\\") | (?P<open>") | (?P<run>[^\s"\\]+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ANSI = re.compile(r"\\(?:u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_TICKS = {"n": "\n", "t": "\t", "r": "\r", "0": ""}


def commands(text: str) -> list[Command]:
    """Find the curl commands of a text, a thousand at most."""
    found: list[Command] = []
    at = 0
    while len(found) < _MOST and (start := _CURL.search(text, at)) is not None:
        after = _CURL.search(text, start.end())
        one = _read(text, start, text[start.end() : after.start() if after else len(text)])
        found.append(one)
        at = max(one.end, start.end())
    return found


def _read(text: str, start: re.Match[str], region: str) -> Command:
    at = start.end()
    if _CMD.search(region) or (_DOUBLED.search(region) and "'" not in region and not _BACKTICK.search(region)):
        line, end = _cmd_line(text, at)
        slashes = r'\\(["\\])|""' if '^"' in region else r'\\(")|""'
        undo = re.compile(slashes)
        argv = _scan(
            line, 0, _ARGV, {"double": lambda piece: undo.sub(lambda one: one[1] or '"', piece[1:-1]), "escape": lambda _: '"'}
        )
        return Command(words=argv.words, start=start.start(), end=end)
    if start["exe"] or _BACKTICK.search(region):
        command = _scan(text, at, _POWERSHELL, _POWERSHELL_UNDO)
    else:
        command = _scan(text, at, _BASH, _BASH_UNDO)
    return msgspec.structs.replace(command, start=start.start())


def _scan(text: str, at: int, pattern: re.Pattern[str], undo: Mapping[str, Callable[[str], str]]) -> Command:
    words: list[str] = []
    word: list[str] = []
    tag = None
    to_file = False
    tries = 4
    while (piece := pattern.match(text, at)) is not None:
        kind = piece.lastgroup or ""
        if kind == "end" or (kind == "line" and not _MORE.match(text, piece.end())):
            break
        at = piece.end()
        if kind == "double" and tries and "<<" in piece[0][:12]:
            tries -= 1
            here = _here_in_quotes(text, piece.start())
            word.append(here[0] if here else _double(piece[0]))
            at = here[1] if here else at
        elif kind in ("space", "line", "file"):
            if word and not to_file and not (kind == "file" and "".join(word).isdigit()):
                words.append("".join(word))
            to_file = "&" not in piece[0] if kind == "file" else to_file and not word
            word = []
        elif kind == "here":
            tag = piece[0].lstrip("<- \t").strip("'\"")
        elif kind == "open":
            cut = _CUT.search(text, at)
            word.append(text[at : cut.start() if cut else len(text)])
            at += len(word[-1])
            break
        elif kind == "run" and not word and piece[0].startswith("#"):
            at = end if (end := text.find("\n", at)) >= 0 else len(text)
        elif kind != "join" and not (kind == "other" and piece[0].isspace()):
            word.append(undo.get(kind, _as_is)(piece[0]))
    if word and not to_file:
        words.append("".join(word))
    stdin, at = _here(text, at, tag) if tag else (None, at)
    return Command(words=tuple(words), start=0, end=at, stdin=stdin)


def _as_is(piece: str) -> str:
    return piece


def _here(text: str, at: int, tag: str) -> tuple[str | None, int]:
    """Read the here-document that begins on the line after `at`."""
    begin = text.find("\n", at) + 1
    end = re.compile(rf"^\t*{tag}[ \t]*\r?$", re.MULTILINE).search(text, begin, begin + _LONGEST) if begin else None
    return (text[begin : end.start()].rstrip("\r\n"), end.end()) if end else (None, at)


_QUOTED_HERE = re.compile(r"""\$?"\$\(cat[ ]*<<-?[ ]*['"]?(\w+)['"]?\r?\n""")


def _here_in_quotes(text: str, at: int) -> tuple[str, int] | None:
    """Read `"$(cat <<EOF ... EOF )"`."""
    found = _QUOTED_HERE.match(text, at)
    if found is None:
        return None
    end = re.compile(rf'^[ \t]*{found[1]}[ \t]*\r?\n?[ \t]*\)"', re.MULTILINE).search(text, found.end(), found.end() + _LONGEST)
    return (text[found.end() : end.start()].rstrip("\r\n"), end.end()) if end else None


def _ansi(piece: str) -> str:
    def plain(found: re.Match[str]) -> str:
        digits = found[1] or found[2] or found[3]
        if digits or found[4]:
            code = int(digits, 16) if digits else int(found[4], 8)
            return chr(code) if code < 0x110000 else found[0]
        return _LETTERS.get(found[5], found[5])

    return _ANSI.sub(plain, piece[2:-1])


def _double(piece: str) -> str:
    return re.sub(r'\\([$`"\\])|\\\r?\n', lambda found: found[1] or "", piece.removeprefix("$")[1:-1])


def _tick(piece: str) -> str:
    return re.sub(r'`(.)|""|\\"', lambda found: _TICKS.get(found[1], found[1]) if found[1] else '"', piece, flags=re.DOTALL)


_BASH_UNDO = {"ansi": _ansi, "double": _double, "single": lambda piece: piece[1:-1], "escape": lambda piece: piece[1:]}
_POWERSHELL_UNDO = {
    "double": lambda piece: _tick(piece[1:-1]),
    "single": lambda piece: piece[1:-1].replace("''", "'").replace('\\"', '"'),
    "escape": _tick,
}
_CARET = re.compile(r'(?P<next>\^[ \t]*\r?\n(?P<twice>\r?\n)?) | (?P<caret>\^.) | (?P<quote>") | (?P<line>\r?\n) | (?P<end>[&|<>]) | [^\^"\r\n&|<>]+ | .', re.VERBOSE | re.DOTALL)  # fmt: skip


def _cmd_line(text: str, at: int) -> tuple[str, int]:
    """Undo what cmd.exe undoes itself: carets and the ends of lines."""
    pieces: list[str] = []
    quoted = False
    while (piece := _CARET.match(text, at)) is not None:
        if not quoted and (piece["end"] or (piece["line"] and not _MORE.match(text, piece.end()))):
            break
        if quoted and piece["caret"]:
            pieces.append("^")
            at += 1
            continue
        at = piece.end()
        quoted ^= piece["quote"] is not None
        if piece["next"] is not None:
            pieces.append("\n" if piece["twice"] else "")
        else:
            pieces.append(piece[0][1:] if piece["caret"] else piece[0])
    return "".join(pieces), at
