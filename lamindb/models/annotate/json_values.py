"""SQL expressions for JSON values and for keys inside of them, on SQLite and Postgres.

https://www.sqlite.org/json1.html, https://www.postgresql.org/docs/current/functions-json.html
"""

from __future__ import annotations

import json
from typing import Any

from django.db.models import BooleanField, F, FloatField, Func, JSONField, TextField


class JsonPart(Func):
    """A JSON value, or what is below some of its keys.

    Parameters
    ----------
    path
        Path to a JSON column, say `jsonvalue__value`.
    keys
        Keys inside of the value, outermost first.
    """

    sqlite_template = "JSON_EXTRACT({column}, {path})"
    postgres_template = "({column} #> {path})"
    output_field = JSONField()

    def __init__(self, path: str | F, keys: tuple[str, ...] = (), **extra: Any) -> None:
        super().__init__(F(path) if isinstance(path, str) else path, **extra)
        self.keys = keys

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """The expression with JSON path `$."key"`."""
        return self._fill(self.sqlite_template, compiler, sqlite_path(self.keys))

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """The expression with an array of keys."""
        return self._fill(self.postgres_template, compiler, list(self.keys), cast="::text[]")

    def _fill(
        self, template: str, compiler: Any, path: Any, cast: str = ""
    ) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        pieces = template.split("{column}")
        sql = column.join(pieces).replace("{path}", f"%s{cast}")
        # columns have no parameters of their own, so that those of the paths stay in order
        return sql, [*parameters, *[path] * template.count("{path}")]


class JsonNumber(JsonPart):
    """A number; NULL for values of other types."""

    sqlite_template = (
        "CASE WHEN JSON_TYPE({column}, {path}) IN ('integer', 'real') "
        "THEN JSON_EXTRACT({column}, {path}) END"
    )
    postgres_template = (
        "CASE WHEN jsonb_typeof({column} #> {path}) = 'number' "
        "THEN ({column} #>> {path})::double precision END"
    )
    output_field = FloatField()


class JsonString(JsonPart):
    """A string; NULL for values of other types."""

    sqlite_template = (
        "CASE WHEN JSON_TYPE({column}, {path}) = 'text' THEN JSON_EXTRACT({column}, {path}) END"
    )
    postgres_template = (
        "CASE WHEN jsonb_typeof({column} #> {path}) = 'string' THEN {column} #>> {path} END"
    )
    output_field = TextField()


class JsonBoolean(JsonPart):
    """A boolean; NULL for values of other types."""

    sqlite_template = "CASE JSON_TYPE({column}, {path}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    postgres_template = (
        "CASE WHEN jsonb_typeof({column} #> {path}) = 'boolean' "
        "THEN ({column} #>> {path})::boolean END"
    )
    output_field = BooleanField()


class JsonText(JsonPart):
    """Lists and dictionaries as JSON text, other values as they are shown."""

    sqlite_template = "CAST(JSON_EXTRACT({column}, {path}) AS TEXT)"
    postgres_template = "({column} #>> {path})"
    output_field = TextField()


class JsonEquals(JsonPart):
    """Whether a value equals another one, whatever the order of the keys.

    Parameters
    ----------
    path, keys
        As in `JsonPart`.
    value
        A list or dictionary.
    """

    sqlite_template = "CANONICAL_JSON(JSON_EXTRACT({column}, {path})) = CANONICAL_JSON(%s)"
    postgres_template = "({column} #> {path}) = %s::jsonb"
    output_field = BooleanField()
    conditional = True

    def __init__(self, path: str | F, keys: tuple[str, ...], value: Any, **extra: Any) -> None:
        super().__init__(path, keys, **extra)
        self.value = value

    def _fill(
        self, template: str, compiler: Any, path: Any, cast: str = ""
    ) -> tuple[str, list[Any]]:
        sql, parameters = super()._fill(template, compiler, path, cast)
        return sql, [*parameters, json.dumps(self.value)]


class JsonListContains(JsonEquals):
    """Whether a list has an element."""

    sqlite_template = (
        "CASE WHEN JSON_TYPE({column}, {path}) = 'array' THEN EXISTS (SELECT 1 FROM "
        "JSON_EACH({column}, {path}) WHERE CANONICAL_JSON(JSON_QUOTE(value)) = CANONICAL_JSON(%s)) "
        "ELSE 0 END"
    )
    postgres_template = (
        "(jsonb_typeof({column} #> {path}) = 'array' AND ({column} #> {path}) @> %s::jsonb)"
    )


def sqlite_path(keys: tuple[str, ...]) -> str:
    """JSON path of SQLite."""
    return "$" + "".join(f".{json.dumps(key, ensure_ascii=False)}" for key in keys)
