"""The lookup `one_of`: like `in`, with one SQL parameter however many values there are."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import CharField, IntegerField, Lookup, TextField


@CharField.register_lookup
@TextField.register_lookup
@IntegerField.register_lookup
class OneOf(Lookup):
    """Rows whose column has one of the values.

    `in` takes one parameter per value: databases limit their number, and composing the statement
    takes longer than running it. Pass a set: Django would go through a list value by value.

    Examples
    --------
    >>> ln.ULabel.filter(name__one_of=set(names))
    """

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The values as rows of a JSON array, see https://www.sqlite.org/json1.html#jeach."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [
            *parameters,
            json.dumps(list(self.rhs)),
        ]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The values as an array."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]
