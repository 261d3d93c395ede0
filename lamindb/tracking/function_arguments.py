"""Arguments of tracked functions: as parameters of a run, and what of them belongs to the run."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from functools import cached_property
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from .function_source import code_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ["ALIASES", "Parameters"]

ALIASES = ("project", "space", "branch", "plan", "initiated_by_run")
"""Parameters of a flow that are arguments of `ln.track()` as well."""


class Parameters:
    """Parameters of a function.

    Parameters
    ----------
    function : callable
        The function.
    scope : frame, optional
        Where it is defined: names in annotations may be local there.

    Raises
    ------
    ValueError
        The function has no signature, as some that are written in C.

    Examples
    --------
    >>> Parameters(head).bind((artifact,), {})
    {'art': Artifact(…), 'n': 2}
    """

    def __init__(self, function: Callable[..., Any], scope: FrameType | None = None) -> None:
        self._signature = inspect.signature(function)
        self._function = code_of(function)
        self._name = getattr(function, "__qualname__", self._function.__qualname__)
        self._scope = names_in_annotations(self._signature, scope) if scope is not None else {}

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Values by name, with defaults; without the object or class that a method belongs to.

        Parameters
        ----------
        args : tuple
            Positional arguments of a call.
        kwargs : dict
            Keyword arguments of a call.

        Returns
        -------
        dict

        Raises
        ------
        TypeError
            The arguments don't fit the signature.
        """
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self._name}() {error}") from None
        bound.apply_defaults()
        values = dict(bound.arguments)
        first = next(iter(values), None)
        if first in ("self", "cls") and "." in self._name:
            del values[first]
        return {
            name: value
            for name, value in values.items()
            if value or self._signature.parameters[name].kind is not inspect.Parameter.VAR_KEYWORD
        }

    @cached_property
    def annotations(self) -> dict[str, Any]:
        """Annotations by name; of variable arguments those of the tuple or the dictionary."""
        found: dict[str, Any] = {}
        for name, parameter in self._signature.parameters.items():
            annotation: Any = parameter.annotation
            if annotation is inspect.Parameter.empty:
                continue
            if isinstance(annotation, str):
                annotation = self._resolve(annotation)
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                annotation = GenericAlias(tuple, (annotation, ...))
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                annotation = GenericAlias(dict, (str, annotation))
            found[name] = annotation
        return found

    def _resolve(self, annotation: str) -> Any:
        """Evaluate a postponed annotation; what can't be evaluated is a dtype, or not known."""
        namespace = getattr(self._function, "__globals__", {})
        names = {**self._scope, **closure_of(self._function)}
        try:
            return eval(annotation, namespace, names)
        except Exception:
            return annotation


def names_in_annotations(signature: inspect.Signature, scope: FrameType) -> dict[str, Any]:
    """Values of the local names that postponed annotations use.

    Not the frame itself, which would keep everything in it alive.
    """
    if scope.f_locals is scope.f_globals:
        return {}
    found: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if isinstance(parameter.annotation, str):
            for name in re.findall(r"\w+", parameter.annotation):
                if name in scope.f_locals:
                    found[name] = scope.f_locals[name]
    return found


def closure_of(function: Any) -> dict[str, Any]:
    """Names that a function uses from the functions around it."""
    found: dict[str, Any] = {}
    for name, cell in zip(
        getattr(getattr(function, "__code__", None), "co_freevars", ()),
        getattr(function, "__closure__", None) or (),
        strict=False,
    ):
        with suppress(ValueError):  # not assigned yet
            found[name] = cell.cell_contents
    return found
