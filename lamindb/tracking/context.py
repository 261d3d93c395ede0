"""`ln.context`, `ln.track()` and `ln.finish()`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import CannotSwitchDefaultInstance, TrackNotCalled
from lamindb.models.current import current_run, run_context
from lamindb.setup.session import after_switch, before_switch, settings

from .arguments import Arguments
from .finishing import complete_run
from .starting import Tracked, Wishes, start_run

if TYPE_CHECKING:
    from lamindb.base.types import TransformKind
    from lamindb.models import Artifact, Branch, Project, Run, Space, Transform

__all__ = ["Context", "context", "finish", "track"]


class Context:
    """What is being tracked: the current run and what new records get from it.

    Parameters
    ----------
    uid : str, optional
        Uid of the transform that is going to be tracked.
    path : str or pathlib.Path, optional
        Path of its file.

    Examples
    --------
    >>> ln.track()
    >>> ln.context.run
    Run(uid='126YlZax6aWfR95R', …)
    """

    # of all contexts together, as the current run is
    _instance_uid: str | None = None
    _tracked: Tracked = Tracked()

    def __init__(self, uid: str | None = None, path: Path | None = None) -> None:
        self._wishes = Wishes(uid=uid, path=path)

    @property
    def run(self) -> Run | None:
        """Current run, None if nothing is tracked."""
        return run_context.run

    @property
    def transform(self) -> Transform | None:
        """Transform of the current run."""
        run = run_context.run
        return run.transform if run is not None else None

    @property
    def project(self) -> Project | None:
        """Project that new records are labelled with."""
        return run_context.project

    @property
    def space(self) -> Space | None:
        """Default space of new records."""
        return run_context.space

    @property
    def branch(self) -> Branch | None:
        """Default branch of new records."""
        return run_context.branch

    @property
    def uid(self) -> str | None:
        """Uid of the transform; set it before `ln.track()` to choose the transform."""
        transform = self.transform
        return self._wishes.uid or (transform.uid if transform is not None else None)

    @uid.setter
    def uid(self, value: str | None) -> None:
        self._wishes.uid = value

    @property
    def version(self) -> str | None:
        """Version tag of the transform; set it before `ln.track()`."""
        transform = self.transform
        return self._wishes.version or (transform.version_tag if transform is not None else None)

    @version.setter
    def version(self, value: str | None) -> None:
        self._wishes.version = value

    @property
    def description(self) -> str | None:
        """Description of the transform; set it before `ln.track()`."""
        transform = self.transform
        return self._wishes.description or (
            transform.description if transform is not None else None
        )

    @description.setter
    def description(self, value: str | None) -> None:
        self._wishes.description = value

    def _track(  # noqa: PLR0913
        self,
        transform: str | Transform | None = None,
        *,
        project: str | Project | None = None,
        space: str | Space | None = None,
        branch: str | Branch | None = None,
        plan: str | Artifact | None = None,
        features: dict | None = None,  # type: ignore[type-arg]
        params: dict | None = None,  # type: ignore[type-arg]
        expected_param_types: dict[str, Any] | None = None,
        new_run: bool | None = None,
        pypackages: bool | None = None,
        key: str | None = None,
        path: str | Path | None = None,
        source_code: str | None = None,
        kind: TransformKind | None = None,
        entrypoint: str | None = None,
        initiated_by_run: Run | str | None = None,
        stream_tracking: bool | None = None,
    ) -> None:
        """Track the running script or notebook: what is saved and loaded from now on belongs to it.

        Parameters
        ----------
        transform : str or Transform, optional
            Uid of the transform, with 12 or 16 characters; or a pipeline or function record.
        project : str or Project, optional
            Name, uid or record; what is saved during the run is labelled with it. Default: the
            environment variable `LAMIN_CURRENT_PROJECT`.
        space, branch : str or record, optional
            Name, uid or record; default of what is created during the run.
        plan : str or Artifact, optional
            Key, uid or record of the plan that the run follows.
        features : dict, optional
            Values of features of the run.
        params : dict, optional
            Parameters of the run, stored as JSON without secrets.
        expected_param_types : dict, optional
            Annotations of parameters; values that do not match are dropped with a warning.
        new_run : bool, optional
            True for a new run, False to resume the latest one. Default: False for notebooks.
        pypackages : bool, optional
            Whether to list the packages that a notebook imports.
        key : str, optional
            Key of the transform; default: from the path.
        path : str or pathlib.Path, optional
            Path of the script or notebook; default: the file that makes this call.
        source_code : str, optional
            Code to track instead of a file; needs a key.
        kind : str, optional
            Kind of the transform if `source_code` is given; default: function.
        entrypoint : str, optional
            Name of the function that runs.
        initiated_by_run : Run or str, optional
            Run that started this one, or its uid. Default: the environment variable
            `LAMIN_INITIATED_BY_RUN_UID`.
        stream_tracking : bool, optional
            Whether to capture what the run prints.

        Raises
        ------
        InvalidArgument
            A record is not found, a uid has the wrong form, or arguments exclude each other.
        UpdateContext
            The version with this uid can't be used for the present source code.
        NotImplementedError
            No file can be found, as in an interactive session: pass `path`.
        FileNotFoundError
            There is no file at `path`.

        Examples
        --------
        >>> ln.track(params={"learning_rate": 0.01})
        → created Transform('WXuJYxPdVbM10000', key='train.py'), started new Run('126YlZax6aWf…
        """
        arguments = {name: value for name, value in locals().items() if name != "self"}
        wishes, self._wishes = self._wishes, Wishes()
        Context._tracked = start_run(Arguments(**arguments), wishes, self._forget, Context._tracked)
        Context._instance_uid = settings.instance.uid

    def _finish(self, ignore_non_consecutive: bool | None = None) -> str | None:
        """Finish the run: what is saved from now on does not belong to it.

        Parameters
        ----------
        ignore_non_consecutive : bool, optional
            Whether cells of a notebook may have been run in any order: None warns, False asks.

        Returns
        -------
        str or None
            None if the run is complete; else why it goes on: the notebook is `not-saved`, its
            cells were not run in order (`aborted-non-consecutive`), or its version has other code
            (`rerun-the-notebook`).

        Raises
        ------
        TrackNotCalled
            No run is being tracked.

        Examples
        --------
        >>> ln.finish()
        → finished Run('126YlZax6aWfR95R') after 3m at 2026-03-15 20:55:06 UTC
        """
        run = run_context.run
        if run is None:
            raise TrackNotCalled("Please run `ln.track()` before `ln.finish()`")
        reason = complete_run(run, Context._tracked, ignore_non_consecutive)
        if reason is None:
            self._forget()
        return reason

    def _forget(self) -> None:
        """Nothing is tracked any more."""
        tracked, Context._tracked = Context._tracked, Tracked()
        if tracked.watch is not None:
            tracked.watch.uninstall()
        run_context.clear()
        self._wishes = Wishes()

    def _forget_after_switch(self) -> None:
        """Nothing is tracked any more, unless the same instance was connected again."""
        if settings.instance.uid != self._instance_uid:
            self._forget()

    def _refuse_switch(self) -> None:
        """Keep the instance while a run is tracked."""
        if current_run() is not None:
            raise CannotSwitchDefaultInstance(
                "Cannot switch default instance while `ln.track()` is live: call `ln.finish()`"
            )


context = Context()
track = context._track
finish = context._finish

before_switch.append(context._refuse_switch)
after_switch.append(context._forget_after_switch)
