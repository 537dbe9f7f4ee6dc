"""A reader of EDN that shares nothing with the one under `syncsim.jepsen`."""

from __future__ import annotations

import re


class Word(str):
    """A keyword, so that it is not mistaken for a text."""

    __slots__ = ()


TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s,\[\]{}"]+')
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}


def read_all(text):
    """Return every form of a text, vectors as lists."""
    tokens = TOKENS.findall(text)
    tokens.reverse()
    forms = []
    while tokens:
        forms.append(form(tokens))
    return forms


def form(tokens):
    token = tokens.pop()
    if token in "[{":
        closer = "]" if token == "[" else "}"
        items = []
        while tokens[-1] != closer:
            items.append(form(tokens))
        tokens.pop()
        return items if token == "[" else dict(zip(items[::2], items[1::2], strict=True))
    if token[0] == '"':
        return re.sub(
            r"\\(u[0-9a-f]{4}|.)",
            lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else ESCAPES[m[1]],
            token[1:-1],
        )
    if token[0] == ":":
        return Word(token[1:])
    return None if token == "nil" else int(token)
