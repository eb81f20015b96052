"""Reads a list's filter: the part of AIP-160 that the queue can answer quickly."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from tieline.domain.launch import State
from tieline.problems.base import ProblemError, nearest
from tieline.problems.doors import FilterInvalid
from tieline.queue.port import Filter

_WORD = re.compile(r'\s*(?:([A-Za-z0-9_.:/~+-]+)|"((?:[^"\\]|\\.)*)"|([=<>()]))')
_TEXT_FIELDS = ("environment", "route", "flow", "request_id")
_FIELDS = ("state", *_TEXT_FIELDS, "create_time")


class _Word(msgspec.Struct, frozen=True):
    text: str
    kind: str  # "word", "text" or "sign"

    def said(self) -> str:
        return f"`{self.text[:40]}`" if self.kind != "end" else "its end"


_END = _Word("", "end")


def read_filter(text: str) -> Filter:
    """Read a filter such as `state = QUEUED AND flow = "x"`. Raises `ProblemError` (TL106) naming the part that does not fit."""
    words = _words(text)
    chosen: dict[str, object] = {}
    if words:
        _comparison(words, chosen)
    while words:
        _take(words, "AND", "`AND`")
        _comparison(words, chosen)
    return msgspec.convert(chosen, Filter)


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        met = _WORD.match(text, at)
        if met is None:
            raise _wrong(_Word(text[at:].strip(), "word"), "a name, a text in double quotes, or `=`")
        word, quoted, sign = met.groups()
        words.append(
            _Word(word, "word") if word else _Word(sign, "sign") if sign else _Word(re.sub(r"\\(.)", r"\1", quoted), "text")
        )
        at = met.end()
    return words


def _comparison(words: list[_Word], chosen: dict[str, object]) -> None:
    field = words.pop(0) if words else _END
    if field.text == "(" and field.kind == "sign":
        _comparison(words, chosen)
        _take(words, ")", "`)`")
        return
    if field.kind != "word" or field.text not in _FIELDS:
        near = nearest(field.text, _FIELDS)
        raise _wrong(field, "one of " + ", ".join(f"`{name}`" for name in _FIELDS), near)
    if field.text == "create_time":
        _time(words, chosen)
        return
    _take(words, "=", "`=`")
    value = _operand(words)
    if field.text == "state":
        chosen["states"] = (*_once(chosen, "states", field), _state(value), *_more_states(words))
        return
    _once(chosen, field.text, field)
    chosen[field.text] = value.text


def _more_states(words: list[_Word]) -> list[State]:
    more: list[State] = []
    while words and words[0] == _Word("OR", "word"):
        words.pop(0)
        _take(words, "state", "`state`: OR joins states only")
        _take(words, "=", "`=`")
        more.append(_state(_operand(words)))
    return more


def _once(chosen: dict[str, object], key: str, field: _Word) -> tuple[State, ...]:
    if key in chosen:
        raise _wrong(field, "a field that was not compared before (states are joined by OR)")
    return ()


def _state(word: _Word) -> State:
    if word.text in State.__members__:
        return State(word.text)
    raise _wrong(word, "one of " + ", ".join(State), nearest(word.text, tuple(State)))


def _time(words: list[_Word], chosen: dict[str, object]) -> None:
    sign = words.pop(0) if words else _END
    if sign.text not in {"<", ">"} or sign.kind != "sign":
        raise _wrong(sign, "`<` or `>`")
    word = _operand(words)
    try:
        time = datetime.fromisoformat(word.text)
    except ValueError:
        raise _wrong(word, "a time such as `2026-11-24T05:00:00Z`") from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    key = "created_after" if sign.text == ">" else "created_before"
    _once(chosen, key, _Word("create_time", "word"))
    chosen[key] = int(time.timestamp() * 1000)


def _operand(words: list[_Word]) -> _Word:
    word = words.pop(0) if words else _END
    if word.kind not in {"word", "text"}:
        raise _wrong(word, "a value")
    return word


def _take(words: list[_Word], text: str, allowed: str) -> None:
    word = words.pop(0) if words else _END
    if word.text != text or word.kind == "text":
        raise _wrong(word, allowed)


def _wrong(word: _Word, allowed: str, near: str | None = None) -> ProblemError:
    return ProblemError(FilterInvalid(part=word.said(), allowed=allowed, nearest=near))
