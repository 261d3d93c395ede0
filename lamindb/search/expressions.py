"""Conditions and ranks as SQL, with the same outcome on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, F, Func, IntegerField

from .needle import ESCAPE
from .sqlite import RANK_FUNCTION, open_database

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.models import Registry

    from .needle import Needle, Rule

    SQL = tuple[str, list[Any]]

COLUMN = "<column>"


class MayContain(Func):
    """Any of the columns contains the text; letters beyond ASCII match anything.

    Parameters
    ----------
    registry
        Registry that is searched.
    needle
        What is searched for.
    columns
        Names of text columns.
    """

    output_field = BooleanField()

    def __init__(self, registry: Registry, needle: Needle, columns: Iterable[str]) -> None:
        super().__init__(F("pk"), *map(F, columns))
        self.registry = registry
        self.needle = needle

    def as_sqlite(self, compiler: Any, connection: Any) -> SQL:
        """LIKE, which ignores the case of ASCII letters; an index may narrow down the rows."""
        sql, params = self._any_column(compiler, "{} LIKE %s ESCAPE %s")
        found = open_database(connection).find(self.registry, self.needle.text)
        if found is None:
            return sql, params
        pk, _ = compiler.compile(self.source_expressions[0])
        return f"({pk} IN ({', '.join(map(str, found))}) AND {sql})", params

    def as_postgresql(self, compiler: Any, connection: Any) -> SQL:
        """ILIKE; the C collation makes it ignore the case of ASCII letters only."""
        return self._any_column(compiler, '{} COLLATE "C" ILIKE %s ESCAPE %s')

    def _any_column(self, compiler: Any, condition: str) -> SQL:
        columns = [compiler.compile(column)[0] for column in self.source_expressions[1:]]
        sql = " OR ".join(condition.format(column) for column in columns)
        return f"({sql})", [self.needle.like, ESCAPE] * len(columns)


class Rank(Func):
    """Sum of the points of all columns; 0 if none contains the text.

    Parameters
    ----------
    needle
        What is searched for.
    columns
        Names of text columns.
    """

    output_field = IntegerField()

    def __init__(self, needle: Needle, columns: Iterable[str]) -> None:
        super().__init__(*map(F, columns))
        self.needle = needle

    def as_sqlite(self, compiler: Any, connection: Any) -> SQL:
        """A function in Python."""
        open_database(connection)
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        arguments = ", ".join(["%s", "%s", *columns])
        return f"{RANK_FUNCTION}({arguments})", [self.needle.text, self.needle.case_sensitive]

    def as_postgresql(self, compiler: Any, connection: Any) -> SQL:
        """Regular expressions, the stronger ones only where the weaker one matches."""
        template, expressions = points_template(self.needle.rule)
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        sql = " + ".join(template.replace(COLUMN, column) for column in columns)
        return f"({sql})", expressions * len(columns)


def points_template(rule: Rule) -> SQL:
    """SQL for the points of `COLUMN`, and the regular expressions in it."""
    points, expressions = str(rule.points), [rule.expression]
    for stronger in rule.stronger:
        more, further = points_template(stronger)
        points += f" + {more}"
        expressions += further
    return f"CASE WHEN {COLUMN} ~ %s THEN {points} ELSE 0 END", expressions
