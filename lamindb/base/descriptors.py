"""Methods that depend on being called on the class or on an instance."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["class_and_instance_method", "strict_classmethod"]

R = TypeVar("R")


class class_and_instance_method(Generic[R]):
    """A method that gets the instance when called on one, else the class.

    Parameters
    ----------
    func : callable
        Its first parameter is the instance or the class.

    Example
    -------
    >>> class Artifact:
    ...     @class_and_instance_method
    ...     def describe(cls_or_self):
    ...         return "registry" if isinstance(cls_or_self, type) else "record"
    >>> Artifact.describe(), Artifact().describe()
    ('registry', 'record')
    """

    def __init__(self, func: Callable[..., R]) -> None:
        functools.update_wrapper(self, func)  # type: ignore[arg-type]
        self.func = func

    def __get__(self, instance: Any, owner: type) -> Callable[..., R]:
        bound: Callable[..., R] = self.func.__get__(owner if instance is None else instance)
        return bound


class strict_classmethod(Generic[R]):
    """A class method that refuses to be called on an instance.

    The attribute itself can be read from an instance, because clients walk over all attributes.

    Parameters
    ----------
    func : callable
        Its first parameter is the class.

    Example
    -------
    >>> class Artifact:
    ...     @strict_classmethod
    ...     def get(cls):
    ...         return cls.__name__
    >>> Artifact.get()
    'Artifact'
    >>> Artifact().get()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    TypeError: Artifact.get() is a class method and must be called on the Artifact class, not ...
    """

    def __init__(self, func: Callable[..., R]) -> None:
        functools.update_wrapper(self, func)  # type: ignore[arg-type]
        self.func = func

    @overload
    def __get__(self, instance: None, owner: type) -> Callable[..., R]: ...
    @overload
    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]: ...
    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        method: Callable[..., R] = self.func.__get__(owner)
        return method if instance is None else self._refusal(owner)

    def _refusal(self, owner: type) -> Callable[..., Any]:
        """Return a function with the same name and docs that only raises."""
        registry = owner.__name__

        @functools.wraps(self.func)
        def refuse(*_args: Any, **_kwargs: Any) -> Any:
            raise TypeError(
                f"{registry}.{self.func.__name__}() is a class method and must be called on the"
                f" {registry} class, not on a {registry} object"
            )

        return refuse
