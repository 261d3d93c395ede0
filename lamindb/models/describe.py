"""`describe()`: the fields of a registry, or what is known about one record, as text."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from lamindb.base.log import colors, logger
from lamindb.base.registries import get_registry_name
from lamindb.base.render import Node, format_size, tree, two_columns

from .annotate.sections import feature_sections, label_sections, sections
from .current import ARCHIVE_BRANCH_ID, TRASH_BRANCH_ID
from .describe_facts import (
    COMMON_PATHS,
    RUN_PATHS,
    UID_PREVIEW,
    common_cells,
    first_lines,
    related_values,
    run_cell,
)
from .describe_run import run_layout
from .notes import notes_as_text
from .registry_fields import has_field, name_field, own_simple_fields, present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .sqlrecord import BaseSQLRecord, Registry

N_SOURCE_LINES = 6


def show(text: str, *, return_str: bool) -> str | None:
    """Return the text, or print it."""
    if return_str:
        return "\n".join(line.rstrip() for line in text.splitlines())
    logger.print(text)
    return None


# -- registries


def describe_registry(registry: Registry, *, return_str: bool = False) -> str | None:
    """Simple and relational fields of a registry; other modules' relations on their own."""
    lines = [
        colors.bold(get_registry_name(registry)) if not return_str else get_registry_name(registry)
    ]
    lines.append("  Simple fields")
    lines += [f"    .{name}: {kind}" for name, kind in simple_fields(registry)]
    own, by_module = relational_fields(registry)
    if own:
        lines.append("  Relational fields")
        lines += own
    for module, relations in by_module.items():
        lines.append(f"  {module.capitalize()} fields")
        lines += relations
    return show("\n".join(lines), return_str=return_str)


def simple_fields(registry: Registry) -> list[tuple[str, str]]:
    """Names and types of columns, those shared by all registries last."""
    fields = {f.name: f for f in registry._meta.concrete_fields}
    names = [*present(registry, "uid"), *(f.name for f in own_simple_fields(registry))]
    names += present(
        registry, "version_tag", "is_latest", "is_type", "is_locked", "created_at", "updated_at"
    )
    return [(name, fields[name].get_internal_type()) for name in names]


def relational_fields(registry: Registry) -> tuple[list[str], dict[str, list[str]]]:
    """Lines for own relations, and per module those of other modules."""
    own: list[str] = []
    by_module: dict[str, list[str]] = {}
    for accessor, related in relations(registry):
        label = related._meta.app_label
        line = f"    .{accessor}: {get_registry_name(related)}"
        if label == registry._meta.app_label or label == "lamindb":
            own.append(line)
        else:
            by_module.setdefault(label, []).append(line)
    return own, by_module


def relations(registry: Registry) -> Iterable[tuple[str, Registry]]:
    """Accessors and registries of all public relations: foreign keys, many-to-many, reverse.

    Relations that hold the feature values of a record come last.
    """
    meta = registry._meta
    forward = [f for f in (*meta.fields, *meta.many_to_many) if f.is_relation]
    first = ("branch", "created_on", "space")
    forward.sort(key=lambda f: (f.many_to_many, f.name not in first))
    for field in forward:
        if not field.name.startswith("_"):
            yield field.name, field.related_model
    reverse = [(f.get_accessor_name() or "_", f.related_model) for f in meta.related_objects]
    if registry.__name__ == "Record":
        reverse.sort(key=lambda item: (item[0].startswith("values_"), is_value_of_record(item[0])))
    for accessor, related in reverse:
        if not accessor.startswith(("links_", "_")):
            yield accessor, related


def is_value_of_record(accessor: str) -> bool:
    """Whether an accessor of `Record` is about feature values."""
    return accessor.startswith(("linked_", "values_")) and accessor != "linked_in_records"


# -- records


def describe_record(
    record: BaseSQLRecord,
    *,
    return_str: bool = False,
    with_comments: bool = False,
    n_max_features: int | None = None,
) -> str | None:
    """Title, facts, content and annotations; registries without these show their title."""
    warn_about_state(record)
    layout = LAYOUTS.get(type(record).__name__)
    width = width_for(return_str)
    annotations = sections(record, n_max_features=n_max_features, width=width)
    description = getattr(record, "description", None)
    header = [title(record)]
    attached = notes_as_text(record, with_comments=with_comments)
    if layout is None and not annotations:
        return show(header[0] + attached, return_str=return_str)
    if description:
        header.append(f"|   description: {description}")
    text = tree(
        "\n".join(header),
        [*(layout(record) if layout is not None else []), *annotations],
        width=width,
        style_guide=str if return_str else colors.dim,
    )
    return show(text + attached, return_str=return_str)


def describe_features(record: BaseSQLRecord, *, return_str: bool = False) -> str | None:
    """Title and features of a record; see `FeatureManager.describe`."""
    return show_tree(record, feature_sections(record, width=width_for(return_str)), return_str)


def describe_labels(record: BaseSQLRecord, *, return_str: bool = False) -> str | None:
    """Title and labels of a record; see `LabelManager.describe`."""
    return show_tree(record, label_sections(record, width=width_for(return_str)), return_str)


def show_tree(record: BaseSQLRecord, nodes: list[Node], return_str: bool) -> str | None:
    """Show a record with some of what is known about it."""
    style = str if return_str else colors.dim
    text = tree(title(record), nodes, width=width_for(return_str), style_guide=style)
    return show(text, return_str=return_str)


def width_for(return_str: bool) -> int | None:
    """Columns that lines may have: a returned text does not depend on the terminal."""
    return None if return_str else terminal_width()


def terminal_width() -> int | None:
    """Columns of the terminal, None where lines need not be wrapped."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def title(record: BaseSQLRecord) -> str:
    """`Artifact: key (version)`, `Run: uid (transform)`, `ULabel: name`."""
    registry = type(record)
    field = name_field(registry)
    name = getattr(record, field) if field else record.pk
    if registry.__name__ == "Run":
        return f"Run: {run_label(record)}"
    version = f" ({record.version})" if has_field(registry, "is_latest") else ""
    return f"{get_registry_name(registry)}: {name or ''}{version}"


def warn_about_state(record: BaseSQLRecord) -> None:
    """Say if this is an old version, archived, in the trash, or not completely stored."""
    name = type(record).__name__
    if getattr(record, "is_latest", True) is False:
        logger.warning(f"This is not the latest version of the {name}.")
    branch_id = getattr(record, "branch_id", None)
    if branch_id == TRASH_BRANCH_ID:
        logger.warning(f"This {name.lower()} is in the trash.")
    elif branch_id == ARCHIVE_BRANCH_ID:
        logger.warning(f"This {name.lower()} is archived.")
    if getattr(record, "_storage_ongoing", False):
        logger.warning(f"Storing this {name.lower()} was not completed: save it again.")


def run_label(run: BaseSQLRecord) -> str:
    """Name or short uid of a run, and the key of its transform."""
    return f"{run.name or run.uid[:UID_PREVIEW]} ({run.transform.key})"


def artifact_layout(artifact: Any) -> list[Node]:
    """Facts about an artifact and where it is stored."""
    related = related_values(artifact, *RUN_PATHS, *COMMON_PATHS, "schema__name")
    cells = [f"uid: {artifact.uid}", *run_cell(related)]
    if artifact.kind or artifact.otype:
        cells += [f"kind: {artifact.kind}", f"otype: {artifact.otype}"]
    cells += [f"hash: {artifact.hash}", f"size: {format_size(artifact.size)}"]
    cells += common_cells(artifact, related)
    if artifact.n_observations:
        cells.append(f"n_observations: {artifact.n_observations}")
    if artifact.n_files:
        cells.append(f"n_files: {artifact.n_files}")
    if related["schema__name"]:
        cells.append(f"schema: {related['schema__name']}")
    place = f"storage/path: \n{artifact._path_as_str()}"
    if artifact._storage_ongoing:
        place += "\n(storing the content was not completed: save it again)"
    return [Node("\n".join(two_columns(cells))), Node(place)]


def transform_layout(transform: Any) -> list[Node]:
    """Facts about a transform and the beginning of its source code."""
    related = related_values(transform, *COMMON_PATHS)
    cells = [f"uid: {transform.uid}"]
    if transform.reference:
        cells.append(f"reference: {transform.reference}")
    if transform.hash:
        cells.append(f"hash: {transform.hash}")
    cells.append(f"kind: {transform.kind}")
    nodes = [Node("\n".join(two_columns([*cells, *common_cells(transform, related)])))]
    if transform.source_code:
        lines = transform.source_code.splitlines()
        nodes.append(first_lines("source_code:", lines, N_SOURCE_LINES))
    return nodes


def collection_layout(collection: Any) -> list[Node]:
    """Facts about a collection."""
    related = related_values(collection, *RUN_PATHS, *COMMON_PATHS)
    cells = [f"uid: {collection.uid}", *run_cell(related)]
    return [Node("\n".join(two_columns([*cells, *common_cells(collection, related)])))]


LAYOUTS: dict[str, Callable[[Any], list[Node]]] = {
    "Artifact": artifact_layout,
    "Collection": collection_layout,
    "Run": run_layout,
    "Transform": transform_layout,
}
