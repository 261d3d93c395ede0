"""What `run.describe()` shows between title and features."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.render import Node, format_datetime, two_columns
from lamindb.storage.stores import fs_and_path

from .artifact_places import path_as_str
from .describe_facts import COMMON_PATHS, UID_PREVIEW, common_cells, first_lines, related_values
from .registry_fields import name_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .artifact import Artifact
    from .query_set import BasicQuerySet
    from .run import Run

N_LINES = 4
N_NAMES = 5
N_BYTES = 4096
ESCAPE_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def run_layout(run: Run) -> list[Node]:
    """Facts, command line, report, environment, inputs, outputs and parameters of a run."""
    nodes = [Node("\n".join(two_columns(cells(run))))]
    if run.cli_args:
        nodes.append(first_lines("cli_args:", run.cli_args.splitlines(), N_LINES))
    nodes += texts(run)
    if not run._state.adding:
        nodes += names("Inputs", inputs(run)) + names("Outputs", outputs(run))
    if run.params:
        nodes.append(Node("Params", [Node(f"{k}: {v}") for k, v in run.params.items()]))
    return nodes


def cells(run: Run) -> list[str]:
    """Facts in two columns: next to the status stands the reference or nothing."""
    related = related_values(run, *COMMON_PATHS)
    return [
        f"uid: {run.uid}",
        f"transform: {run.transform.key} ({run.transform.version})",
        f"started_at: {format_datetime(run.started_at)}",
        f"finished_at: {format_datetime(run.finished_at)}",
        f"status: {run.status}",
        f"reference: {run.reference}" if run.reference else "",
        *common_cells(run, related),
    ]


def texts(run: Run) -> Iterator[Node]:
    """The beginning of the report and of the environment, read in one query."""
    ids = {"report": run.report_id, "environment": run.environment_id}
    if not any(ids.values()):
        return
    registry: Any = run._meta.get_field("report").related_model
    stored = registry.objects.using(run._state.db or "default").select_related("storage")
    artifacts = stored.in_bulk([id_ for id_ in ids.values() if id_])
    for name, id_ in ids.items():
        if id_:
            artifact = artifacts[id_]
            head = f"{name}: {artifact.uid[:UID_PREVIEW]}"
            yield first_lines(head, beginning(artifact), N_LINES)


def beginning(artifact: Artifact) -> list[str]:
    """First lines of a text without codes for colors; pages and folders have none."""
    if artifact.suffix.endswith(".html") or artifact.n_files is not None or not artifact.size:
        return []
    n_bytes = min(artifact.size, N_BYTES)
    try:
        fs, path = fs_and_path(path_as_str(artifact))
        content: bytes = fs.cat_file(path, start=0, end=n_bytes)
    except Exception as error:  # each store has its own errors; the facts are shown in any case
        logger.warning(f"cannot read {path_as_str(artifact)}: {error}")
        return []
    text = content.decode(errors="replace") + ("…" if artifact.size > n_bytes else "")
    return ESCAPE_CODES.sub("", text).splitlines()


def inputs(run: Run) -> dict[str, BasicQuerySet]:
    """What the run read, by the name of the relation without its prefix."""
    return {
        "artifacts": run.inputs,
        "collections": run.input_collections.all(),
        "records": run.input_records.all(),
    }


def outputs(run: Run) -> dict[str, BasicQuerySet]:
    """What the run created or created again."""
    return {
        "artifacts": run.outputs,
        "collections": run.query_output_collections(),
        "records": run.output_records.all(),
        "transforms": run.output_transforms.all(),
    }


def names(title: str, found: dict[str, BasicQuerySet]) -> list[Node]:
    """The first records of each registry and how many there are."""
    blocks = []
    for relation, records in found.items():
        field = name_field(records.model) or "uid"
        rows = records.order_by("pk").values_list(field, "uid")[: N_NAMES + 1]
        shown = [name or uid for name, uid in rows]
        if shown:
            n_records = len(shown) if len(shown) <= N_NAMES else records.count()
            blocks.append(first_lines(f"{relation} ({n_records}):", shown, N_NAMES))
    return [Node(title, blocks)] if blocks else []
