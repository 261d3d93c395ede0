"""`schema.describe()`: flags, members and slots, in a number of queries that does not grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import router

from lamindb.base.log import colors
from lamindb.base.render import Node, columns, tree, two_columns

from .describe import show, terminal_width, warn_about_state
from .describe_facts import RUN_PATHS, common_cells, related_values, run_cell
from .dtype_display import displayed_dtypes
from .notes import notes_as_text
from .schema_members import (
    HIDDEN,
    Preview,
    index_uid,
    label_of,
    optional_uids,
    previews,
    read_setting,
    slots_of_schemas,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .schema import Schema

N_MEMBERS = 100
"""Members that are listed unless another number is asked for."""

HEADER = ("name", "dtype", "optional", "nullable", "coerce", "default_value")
FLAGS: dict[str, Any] = {
    "otype": None,
    "suffix": None,
    "coerce": None,
    "minimal_set": True,
    "ordered_set": False,
    "maximal_set": False,
}
"""Columns that are shown where they differ from these defaults."""


@dataclass(frozen=True)
class Content:
    """What the tree of a schema shows, read for all schemas in it at once."""

    slots: dict[int, dict[str, Schema]]
    members: dict[int, Preview]
    dtypes: dict[str, str]


def describe_schema(
    schema: Schema,
    *,
    return_str: bool = False,
    include: str | None = None,
    n_max_features: int | None = None,
) -> str | None:
    """Text about a schema; see `Schema.describe`."""
    if schema._state.adding:
        raise ValueError("Schema must be saved before describing: call `.save()` on it first")
    warn_about_state(schema)
    using = router.db_for_read(type(schema), instance=schema)
    limit = N_MEMBERS if n_max_features is None else n_max_features
    hidden = set() if include == "hidden" else set(read_setting(schema, HIDDEN) or ())
    content = read_content(schema, using, limit, hidden)
    text = tree(
        title(schema),
        [facts(schema, content), *sections(schema, content)],
        width=terminal_width(),
        style_guide=str if return_str else colors.dim,
    )
    attached = notes_as_text(schema, with_comments=include == "comments")
    return show(text + attached, return_str=return_str)


# -- reading


def read_content(schema: Schema, using: str, limit: int, hidden: set[str]) -> Content:
    """Slots, members and dtypes of a schema and its components: a query per level and registry."""
    slots: dict[int, dict[str, Schema]] = {}
    schemas: dict[int, Schema] = {}
    level = [schema]
    while level:
        schemas |= {each.pk: each for each in level}
        slots |= slots_of_schemas(level, using)
        below = [component for each in level for component in slots[each.pk].values()]
        level = list({c.pk: c for c in below if c.pk not in schemas}.values())
    members = previews(list(schemas.values()), using, limit, hidden)
    features = [m for pk in members if has_features(schemas[pk]) for m in members[pk].members]
    dtypes = displayed_dtypes({f._dtype_str for f in features if f._dtype_str}, using)
    return Content(slots, members, dtypes)


# -- layout


def title(schema: Schema) -> str:
    """`Schema: name`, with the type in front of the name."""
    kind = f"{schema.type.name} · " if schema.type is not None else ""
    return f"Schema: {kind}{schema.name or 'unnamed'}"


def facts(schema: Schema, content: Content) -> Node:
    """Identity, origin, and flags that differ from the default."""
    related = related_values(
        schema, *RUN_PATHS, "branch__name", "space__name", "created_by__handle"
    )
    cells = [f"uid: {schema.uid}", *run_cell(related), *flags(schema, content)]
    return Node("\n".join(two_columns([*cells, *common_cells(schema, related)])))


def flags(schema: Schema, content: Content) -> list[str]:
    """Flags that differ from the default."""
    if schema.is_type:
        return ["is_type: True"]
    defaults = {**FLAGS, "flexible": not content.members.get(schema.pk, Preview()).number}
    values = {name: getattr(schema, name) for name in defaults}
    return [f"{name}: {value}" for name, value in values.items() if value != defaults[name]]


def sections(schema: Schema, content: Content) -> list[Node]:
    """Members, then one tree per slot."""
    preview = content.members.get(schema.pk, Preview())
    nodes = []
    if preview.number:
        nodes.append(members_node(schema, preview, content.dtypes))
    elif schema.itype is not None:
        dtype = f"\ndtype: {schema.dtype}" if schema.dtype else ""
        nodes.append(Node(f"{schema.itype}{dtype}"))
    for slot, component in content.slots.get(schema.pk, {}).items():
        marks = two_columns(flags(component, content))
        heading = "\n".join([f"{slot}: {component.name or 'unnamed'}", *marks])
        nodes.append(Node(heading, sections(component, content)))
    return nodes


def members_node(schema: Schema, preview: Preview, dtypes: dict[str, str]) -> Node:
    """Table of features, or the names of other members."""
    if has_features(schema):
        noun, shown = "Features", feature_rows(schema, preview.members, dtypes)
    else:
        noun, shown = str(schema.itype), other_rows(schema, preview.members)
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = [line.rstrip() for line in columns(shown, widths)]
    if preview.number > len(preview.members):
        lines.append(f"… {preview.number - len(preview.members)} more")
    index = index_uid(schema)
    indexed = "".join(f" including index: {m.name}" for m in preview.members if m.uid == index)
    return Node("\n".join([f"{noun} ({preview.number}{indexed})", *lines]))


def has_features(schema: Schema) -> bool:
    """Whether the members are features."""
    return (schema.itype or "Feature").startswith("Feature")


def feature_rows(
    schema: Schema, features: Sequence[Any], dtypes: dict[str, str]
) -> list[tuple[str, ...]]:
    """Rows of the table of features, below its header."""
    optional, index = set(optional_uids(schema)), index_uid(schema)
    rows: list[tuple[str, ...]] = [HEADER]
    for feature in features:
        lenient = not schema.minimal_set and feature.uid != index
        rows.append(
            (
                feature.name,
                dtypes.get(feature._dtype_str, ""),
                mark(lenient or feature.uid in optional),
                mark(feature.nullable),
                mark(feature.coerce or schema.coerce),
                "unset" if feature.default_value is None else str(feature.default_value),
            )
        )
    return rows


def other_rows(schema: Schema, members: Sequence[Any]) -> list[tuple[str, ...]]:
    """Names of members, and the dtype that all of them have."""
    return [(label_of(member), schema.dtype or "") for member in members]


def mark(value: bool | None) -> str:
    """Check mark or cross."""
    return "✓" if value else "✗"
