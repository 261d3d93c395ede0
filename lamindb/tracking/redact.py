"""Keep secrets out of the database: parameters, command lines and source code."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "PLACEHOLDER",
    "is_sensitive_key",
    "is_sensitive_value",
    "redact_arguments",
    "redact_params",
    "redact_source",
    "secret_texts",
]

PLACEHOLDER = "***REDACTED***"

_SENSITIVE_WORDS = re.compile(
    r"(?:^|[_.-])"
    r"(?:api[_-]?key|access[_-]?key|secret|token|password|passwd|private[_-]?key|client[_-]?secret)"
    r"(?:$|[_.-])"
)
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_URL_WITH_PASSWORD = re.compile(r"\bpostgres(?:ql)?(?:\+\w+)?://[^\s:/@]*:[^\s@]+@", re.IGNORECASE)


def is_sensitive_key(key: str) -> bool:
    """Tell whether a name announces a secret.

    Parameters
    ----------
    key : str
        Name of a parameter, variable, option or environment variable, in any case style.

    Returns
    -------
    bool
        True if it contains a word like `token` or `api_key`, bounded by `_`, `-`, `.` or an end.

    Example
    -------
    >>> is_sensitive_key("hubApiKey"), is_sensitive_key("n_tokens")
    (True, False)
    """
    return _SENSITIVE_WORDS.search(_BEFORE_CAPITAL.sub("_", key).lower()) is not None


def is_sensitive_value(value: object) -> bool:
    """Tell whether a value is a secret by itself: text with a Postgres URL that has a password.

    Parameters
    ----------
    value : object
        Anything; only text can be sensitive.

    Returns
    -------
    bool

    Example
    -------
    >>> is_sensitive_value("postgresql://me:pw@host/db"), is_sensitive_value("postgresql://host/db")
    (True, False)
    """
    return isinstance(value, str) and _URL_WITH_PASSWORD.search(value) is not None


def redact_params(params: dict[str, Any]) -> dict[str, Any]:
    """Replace secrets in parameters, also inside of nested dictionaries and lists.

    Parameters
    ----------
    params : dict
        Names and values; it is not changed.

    Returns
    -------
    dict
        None under a sensitive name stays: there is nothing to hide.

    Example
    -------
    >>> redact_params({"lr": 0.1, "hub": {"token": "abc"}})
    {'lr': 0.1, 'hub': {'token': '***REDACTED***'}}
    """
    return {
        key: PLACEHOLDER
        if value is not None and isinstance(key, str) and is_sensitive_key(key)
        else _redact_value(value)
        for key, value in params.items()
    }


def _redact_value(value: Any) -> Any:
    if is_sensitive_value(value):
        return PLACEHOLDER
    if type(value) is dict:
        return redact_params(value)
    if type(value) in (list, tuple):
        return type(value)(map(_redact_value, value))
    return value


def redact_arguments(arguments: list[str]) -> list[str]:
    """Replace secrets in the arguments of a command line.

    Parameters
    ----------
    arguments : list of str
        Without the name of the program.

    Returns
    -------
    list of str

    Example
    -------
    >>> redact_arguments(["--token", "abc", "--lr=0.1", "--db-password=x"])
    ['--token', '***REDACTED***', '--lr=0.1', '--db-password=***REDACTED***']
    """
    redacted: list[str] = []
    value_is_secret = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        option = name.lstrip("-")
        if value_is_secret and not argument.startswith("--"):
            redacted.append(PLACEHOLDER)
            value_is_secret = False
            continue
        sensitive = is_sensitive_key(option)
        value_is_secret = sensitive and not equals and name.startswith("-")
        if equals and (sensitive or is_sensitive_value(argument)):
            argument = f"{name}={PLACEHOLDER}"
        elif is_sensitive_value(argument):
            argument = PLACEHOLDER
        redacted.append(argument)
    return redacted


_SHORTEST_SECRET = 4


def secret_texts(params: dict[str, Any] | None, arguments: list[str]) -> set[str]:
    """Secrets in parameters and on the command line, to recognise them elsewhere.

    Parameters
    ----------
    params : dict, optional
        Names and values, before redaction.
    arguments : list of str
        Arguments of the command line, before redaction.

    Returns
    -------
    set of str
        Without those that are so short that they occur everywhere.

    Example
    -------
    >>> secret_texts({"hub": {"token": "abcd"}}, ["--password=efgh"])
    {'abcd', 'efgh'}
    """
    found = set(_secrets_in(params or {}))
    for given, redacted in zip(arguments, redact_arguments(arguments), strict=True):
        if given != redacted:
            found.add(given if redacted == PLACEHOLDER else given.partition("=")[2])
    return {text for text in found if len(text) >= _SHORTEST_SECRET}


def _secrets_in(value: Any, *, is_secret: bool = False) -> list[str]:
    if isinstance(value, str):
        return [value] if is_secret or is_sensitive_value(value) else []
    if type(value) is dict:
        pairs = [
            (item, is_secret or (isinstance(key, str) and is_sensitive_key(key)))
            for key, item in value.items()
        ]
    elif type(value) in (list, tuple):
        pairs = [(item, is_secret) for item in value]
    else:
        return []
    return [text for item, secret in pairs for text in _secrets_in(item, is_secret=secret)]


# -- source code ---------------------------------------------------------------------------------

_LITERAL = re.compile(
    r"""(?<!\w)(?P<prefix>[rRbBuUfF]{0,2})(?P<quote>"{3}|'{3}|"|')"""
    r"""(?P<text>(?:(?<="{3})(?:\\.|(?!"{3}).)*|(?<='{3})(?:\\.|(?!'{3}).)*"""
    r"""|(?:\\.|(?!(?P=quote))[^\\\n])*))(?P=quote)""",
    re.DOTALL,
)
_TARGET = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]*)\s*(?:(?::[^=#(){}]+)?=|:=|:|<-)\s*(?P<parenthesis>\(?)\s*$"
)
_TARGET_AFTER_QUOTED_NAME = re.compile(r"\s*(?:\]\s*=|:)\s*(?P<parenthesis>\(?)\s*")
_LONGEST_TARGET = 300
_ONLY_PLACEHOLDERS = re.compile(r"(?:\{[^{}]*\})+")


def redact_source(source_code: str) -> tuple[str, int]:
    r"""Replace text literals that are assigned to a sensitive name.

    Covers `name = "…"` (also `:=`, `:`, R's `<-`, keyword arguments), `mapping["name"] = "…"` and
    `"name": "…"`. Look-ups of environment variables, annotations and forwarded arguments stay.

    Parameters
    ----------
    source_code : str
        Code in any language that quotes text as Python does.

    Returns
    -------
    tuple of str and int
        The code to store, and how many assignments were redacted.

    Example
    -------
    >>> redact_source('api_key = "abc"\nn = 1')
    ('api_key = "***REDACTED***"\nn = 1', 1)
    """
    pieces: list[str] = []
    count = end = 0
    previous: re.Match[str] | None = None
    # what may stand between the parts of one secret text: "a" "b"
    between_parts: str | None = None
    for literal in _LITERAL.finditer(source_code):
        gap = source_code[end : literal.start()]
        replacement = literal[0]
        if between_parts is not None and not gap.strip(between_parts):
            replacement = _redacted(literal)
        else:
            between_parts = None
            target = _target(gap, previous)
            if target is not None and _is_secret(target[0], literal):
                replacement, count = _redacted(literal), count + 1
                between_parts = " \t\r\n" if target[1] else " \t"
            previous = literal
        pieces += [gap, replacement]
        end = literal.end()
    return "".join([*pieces, source_code[end:]]), count


def _target(gap: str, previous: re.Match[str] | None) -> tuple[str, bool] | None:
    """Name that a literal is assigned to, and whether a parenthesis opens before the literal."""
    found = _TARGET.search(gap[-_LONGEST_TARGET:])
    if found is not None:
        return found["name"], bool(found["parenthesis"])
    found = _TARGET_AFTER_QUOTED_NAME.fullmatch(gap)
    if found is not None and previous is not None:
        return previous["text"], bool(found["parenthesis"])
    return None


def _is_secret(name: str, literal: re.Match[str]) -> bool:
    text = literal["text"]
    if not text or text == PLACEHOLDER:
        return False
    if "f" in literal["prefix"].lower() and _ONLY_PLACEHOLDERS.fullmatch(text):
        return False
    return is_sensitive_key(name) or is_sensitive_value(text)


def _redacted(literal: re.Match[str]) -> str:
    return f"{literal['prefix']}{literal['quote']}{PLACEHOLDER}{literal['quote']}"
