"""What is searched for: as text, as pattern for LIKE, and as the rules that give points."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    CompiledRules = list[tuple[Callable[[str], object], int, "CompiledRules"]]

ESCAPE = "\\"
LIKE_CHARACTERS = 10_000
"""SQLite refuses patterns of more than 50,000 bytes; see https://www.sqlite.org/limits.html."""


class Rule(NamedTuple):
    """Values that match get points; only they can match stronger rules, and get more points.

    Parameters
    ----------
    expression
        Regular expression that Python and PostgreSQL understand alike.
    points
        What matching values get.
    stronger
        Rules that imply this one.
    """

    expression: str
    points: int
    stronger: tuple[Rule, ...] = ()


class Needle(NamedTuple):
    """A string to search for, in which no character is special.

    Parameters
    ----------
    text
        What values have to contain.
    case_sensitive
        Whether `a` differs from `A`.

    Examples
    --------
    >>> Needle("T cell").points("CD8 t cell")
    15
    """

    text: str
    case_sensitive: bool = False

    @property
    def like(self) -> str:
        """Pattern for a LIKE that ignores the case of ASCII letters: matches at least all values.

        Databases differ in how they treat other letters, so these match any character.
        """
        return f"%{''.join(map(like_character, self.text[:LIKE_CHARACTERS]))}%"

    @property
    def like_is_exact(self) -> bool:
        """Whether `like` matches nothing else than the values that contain the text."""
        return (
            not self.case_sensitive
            and len(self.text) <= LIKE_CHARACTERS
            and all(c.isascii() or len(spellings(c)) == 1 for c in self.text)
        )

    @property
    def rule(self) -> Rule:
        """Rule for the values that contain the text.

        Letters are spelled out as in `[aA]`, because what a database takes for the same letter
        depends on its locale.
        """
        text = "".join(self._expression(character) for character in self.text)
        equal = Rule(rf"\A{text}\Z", 200)
        element = Rule(rf"(?:\A|\|){text}(?:\||\Z)", 200, (equal,))
        word = Rule(rf"(?:\A|[ |.,;:]){text}(?:[ |.,;:]|\Z)", 10, (element,))
        ends_word = Rule(rf"{text}(?:[ |.,;:]|\Z)", 2, (word,))
        begins_element = Rule(rf"(?:\A|\|){text}[^ |]*(?:\||\Z)", 8)
        begins_word = Rule(rf"(?:\A|[ |]){text}", 2, (begins_element,))
        return Rule(text, 1, (begins_word, ends_word))

    def _expression(self, character: str) -> str:
        same = character if self.case_sensitive else spellings(character)
        return re.escape(character) if len(same) == 1 else f"[{same}]"

    def points(self, *values: str | None) -> int:
        """Sum of the points of all values."""
        rules = compiled(self)
        return sum([total(value, rules) for value in values if value is not None])


@lru_cache(maxsize=16)
def compiled(needle: Needle) -> CompiledRules:
    """The rule of a needle, ready to be applied many times."""
    return compile_rules([needle.rule])


def compile_rules(rules: Iterable[Rule]) -> CompiledRules:
    """Rules with compiled expressions."""
    return [
        (re.compile(rule.expression).search, rule.points, compile_rules(rule.stronger))
        for rule in rules
    ]


def total(value: str, rules: CompiledRules) -> int:
    """Points that the rules give to a value."""
    result = 0
    for search, points, stronger in rules:
        if search(value):
            result += points + total(value, stronger) if stronger else points
    return result


@lru_cache(maxsize=1024)
def spellings(character: str) -> str:
    """The character and its other case, where that is a single character too."""
    lower, upper = character.lower(), character.upper()
    found = dict.fromkeys((character, lower, upper, lower.upper(), upper.lower()))
    return "".join(c for c in found if len(c) == 1)


def like_character(character: str) -> str:
    """How LIKE spells a character."""
    if character in f"%_{ESCAPE}":
        return ESCAPE + character
    return character if character.isascii() or len(spellings(character)) == 1 else "_"
