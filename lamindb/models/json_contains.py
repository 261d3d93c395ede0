"""The lookup `contains` for what is inside of JSON, on both databases: `params__x__contains="a"`.

Django knows it on Postgres only, and there not for parts of texts. What is not there contains
nothing, so that `exclude` finds it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import NotSupportedError
from django.db.models import Lookup
from django.db.models.fields.json import KeyTransform, compile_json_path


@KeyTransform.register_lookup
class KeyContains(Lookup):
    """Texts that have a part, lists that have an element, or all elements of a list.

    Examples
    --------
    >>> ln.Run.filter(params__name__contains="train")
    >>> ln.Run.filter(params__tags__contains=["a", "b"])
    """

    lookup_name = "contains"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Containment, see https://www.postgresql.org/docs/current/datatype-json.html."""
        value, parameters = self.process_lhs(compiler, connection)
        sql, parameters = f"{value} @> %s::jsonb", [*parameters, json.dumps(self.rhs)]
        if not isinstance(self.rhs, str):
            return f"COALESCE({sql}, FALSE)", parameters
        text, text_parameters = self.process_lhs(compiler, connection)
        is_text = f"jsonb_typeof({text}) = 'string'"
        has_part = f"POSITION(%s IN {text} #>> '{{}}') > 0"
        sql = f"COALESCE({sql} OR ({is_text} AND {has_part}), FALSE)"
        return sql, [*parameters, *text_parameters, self.rhs, *text_parameters]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The elements as rows, see https://www.sqlite.org/json1.html#jeach."""
        column, parameters, keys = self.lhs.preprocess_lhs(compiler, connection)
        at = [*parameters, compile_json_path(keys)]
        if isinstance(self.rhs, dict):
            raise NotSupportedError(
                "SQLite cannot look for a dictionary, filter by a key of it instead:"
                f" params__…__{next(iter(self.rhs), 'key')}=…"
            )
        conditions = [f"JSON_TYPE({column}, %s) = 'array'"]
        values = at
        for element in self.rhs if isinstance(self.rhs, (list, tuple, set)) else [self.rhs]:
            condition, element_values = is_element(element)
            conditions.append(
                f"EXISTS (SELECT 1 FROM JSON_EACH({column}, %s) element WHERE {condition})"
            )
            values = [*values, *at, *element_values]
        sql = f"({' AND '.join(conditions)})"
        if not isinstance(self.rhs, str):
            return f"COALESCE({sql}, FALSE)", values
        is_text = f"JSON_TYPE({column}, %s) = 'text'"
        has_part = f"INSTR(JSON_EXTRACT({column}, %s), %s) > 0"
        sql = f"COALESCE({sql} OR ({is_text} AND {has_part}), FALSE)"
        return sql, [*values, *at, *at, self.rhs]


def is_element(value: Any) -> tuple[str, list[Any]]:
    """Condition that a row of `JSON_EACH` is a value, with its parameters."""
    if value is None or isinstance(value, bool):
        return "element.type = %s", [json.dumps(value)]
    if isinstance(value, (int, float)):
        return "element.type IN ('integer', 'real') AND element.value = %s", [value]
    if isinstance(value, str):
        return "element.type = 'text' AND element.value = %s", [value]
    return "element.type IN ('array', 'object') AND element.value = JSON(%s)", [json.dumps(value)]
