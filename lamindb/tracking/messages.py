"""What `ln.track()` and `ln.finish()` say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.dates import format_datetime, format_duration
from lamindb.base.log import logger
from lamindb.models import Artifact

from .notebooks import imported_packages
from .redact import redact_params

if TYPE_CHECKING:
    from lamindb.models import Project, Run, Space, Transform

    from .arguments import Arguments
    from .source import Source
    from .transforms import Resolution

__all__ = ["say_finished", "say_how_to_identify", "say_imports", "say_started"]


def say_started(run: Run, resolution: Resolution, features: dict[Any, Any] | None = None) -> None:
    """Log what was created or loaded, the parameters, and the values of features.

    Parameters
    ----------
    run : Run
        The run that begins.
    resolution : Resolution
        Its transform and what happened to it.
    features : dict, optional
        Values by feature or by name of a feature.
    """
    if run.cli_args:
        logger.important(f"script invoked with: {run.cli_args}")
    transform = resolution.transform
    verb = "created" if resolution.is_new else "loaded"
    notes = [*resolution.notes, f"{verb} Transform('{transform.uid}', key='{transform.key}')"]
    entrypoint = f", entrypoint='{run.entrypoint}'" if run.entrypoint else ""
    verb = "re-started" if run.status == "restarted" else "started new"
    notes.append(f"{verb} Run('{run.uid}'{entrypoint}) at {format_datetime(run.started_at)}")
    message = ", ".join(notes)
    if run.params:
        message += f"\n→ params: {listed(run.params)}"
    if features:
        message += f"\n→ features: {listed(redact_params(by_name(features)))}"
    logger.important(message)


def listed(values: dict[str, Any]) -> str:
    """Names and values in one line."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def by_name(features: dict[Any, Any]) -> dict[str, Any]:
    """Values by the name of their feature; records are named, too."""
    return {
        key if isinstance(key, str) else key.name: getattr(value, "name", None) or value
        for key, value in features.items()
    }


def say_imports(source: Source) -> None:
    """Log the packages that a notebook imports, with their versions."""
    imports = imported_packages(source.notebook) if source.notebook is not None else ""
    if imports:
        logger.important(f"notebook imports: {imports}")


def say_how_to_identify(transform: Transform, source: Source, arguments: Arguments) -> None:
    """Recommend to pass the uid, repeating the other arguments."""
    if source.path is None:
        return
    in_python = source.path.suffix in (".py", ".ipynb")
    call = f'{"ln." if in_python else "ln$"}track("{transform.stem_uid}"'
    for name in ("project", "space", "plan"):
        value = getattr(arguments, name)
        if value is not None:
            call += f', {name}="{value if isinstance(value, str) else name_of(value)}"'
    if arguments.params:
        call += ", params={...}"
    kind = "notebook" if source.kind == "notebook" else "script"
    logger.important_hint(
        f"recommendation: to identify the {kind} across renames, pass the uid: {call})"
    )


def name_of(record: Project | Space | Artifact) -> str:
    """Text that finds a record again."""
    return (record.key or record.uid) if isinstance(record, Artifact) else record.name


def say_finished(run: Run) -> None:
    """Log when a run ended and how long it took."""
    duration = format_duration(run.finished_at - run.started_at)
    logger.important(
        f"finished Run('{run.uid}') after {duration} at {format_datetime(run.finished_at)}"
    )
