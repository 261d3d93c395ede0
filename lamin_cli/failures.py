"""What counts as a failure that a user can mend: shown as one line instead of a traceback."""

from __future__ import annotations

import os
import sys

# Classes by module: an error of a class whose module isn't loaded can't have been raised, so that
# nothing has to be imported to recognise one.
EXPECTED: dict[str, tuple[str, ...]] = {
    "builtins": ("ValueError", "OSError", "NotImplementedError"),
    "django.core.exceptions": (
        "ImproperlyConfigured",
        "MultipleObjectsReturned",
        "ObjectDoesNotExist",
        "ValidationError",
    ),
    "django.core.management.base": ("CommandError",),
    "django.db.utils": ("Error",),
    "lamindb.errors": ("LaminError",),
    "psycopg": ("Error",),
    "sqlite3": ("Error",),
}


def wants_traceback() -> bool:
    """Whether `LAMIN_DEBUG` asks for tracebacks."""
    return os.environ.get("LAMIN_DEBUG", "") not in ("", "0")


def expected_classes() -> tuple[type[BaseException], ...]:
    """Classes of `EXPECTED` that are loaded in this process."""
    return tuple(
        getattr(sys.modules[module], name)
        for module, names in EXPECTED.items()
        if module in sys.modules
        for name in names
    )


def is_expected(error: BaseException) -> bool:
    """Whether a user can mend what went wrong.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    bool
        False for what can only be a defect of the program. `ImportError` counts if our code raised
        it on purpose (a schema module is not installed), `ModuleNotFoundError` does not.

    Example
    -------
    >>> is_expected(FileNotFoundError("x")), is_expected(KeyError("x"))
    (True, False)
    """
    return type(error) is ImportError or isinstance(error, expected_classes())


def describe(error: BaseException) -> str:
    """Text of a failure, without the word "Error:".

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        The error's own text if it is an expected one, else its class, text and how to see the
        traceback.

    Example
    -------
    >>> describe(ValueError("Invalid instance name: '/' delimiter not allowed."))
    "Invalid instance name: '/' delimiter not allowed."
    """
    name = type(error).__name__
    text = str(error).strip()
    if is_expected(error):
        return text or name
    return f"unexpected {name}: {text}\nTo see where, set LAMIN_DEBUG=1 and run the command again."
