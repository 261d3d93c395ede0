"""All exceptions of the product, in one tree.

::

    LaminError
    ├── ValidationError (ValueError)            data, values or fields do not pass a check
    ├── InvalidArgument (ValueError)            an argument cannot be used like this
    ├── FieldValidationError (ValueError)       wrong field names or values in a call of a registry
    ├── IntegrityError                          a write would break a rule between rows
    ├── InconsistentKey (ValueError)            key and storage path contradict each other
    ├── UnknownStorageLocation (LookupError)    a path lies in no registered storage location
    ├── NoStorageLocationForSpace (LookupError) a space has no storage location
    ├── BranchAlreadyExists (ValueError)        a branch of this name exists
    ├── TrackNotCalled (RuntimeError)           a run is needed, `ln.track()` was not called
    ├── NotebookNotSaved (RuntimeError)         the notebook has unsaved changes
    ├── MissingContextUID (RuntimeError)        a tracked script or notebook has no uid
    ├── UpdateContext (RuntimeError)            the uid in a tracked script needs an update
    ├── BlobHashNotFound (LookupError)          git knows no blob for this source code
    ├── FileNotInDevDir (ValueError)            a file lies outside of the development directory
    ├── NoReadAccess (PermissionError)          a location or database cannot be read
    ├── NoWriteAccess (PermissionError)         a location or database cannot be written
    ├── ModuleWasntConfigured                   the instance has no such schema module
    ├── StorageAlreadyManaged (ValueError)      another instance manages the storage location
    ├── StorageNotEmpty                         a storage location still holds objects
    ├── InstanceNotFoundError (LookupError)     no instance of this name
    ├── InstanceNotCreated                      creating an instance failed
    ├── InstanceLockedException                 somebody else holds the lock of a cloud SQLite file
    ├── SettingsEnvFileOutdated                 a settings file was written by an older version
    ├── CannotSwitchDefaultInstance             the default instance is fixed in this process
    ├── ConnectWithinDevDirError                the development directory pins another instance
    ├── NoAccessTokenError (RuntimeError)       a hub request without access token
    ├── OntologyNotAvailable (ConnectionError)  the table of an ontology is nowhere to be had
    ├── CorruptedOntology (ValueError)          the file of an ontology is truncated or malformed
    └── DefaultMessageException                 has a text also when raised without arguments
        ├── CurrentInstanceNotConfigured
        └── ApiKeyError
            ├── ApiKeyExpired
            └── ApiKeyNotFound

`ObjectDoesNotExist` (alias `DoesNotExist`) and `MultipleObjectsReturned` (alias
`MultipleResultsFound`) are Django's own classes; they are looked up on first use because importing
them costs time.

A class also derives from the standard-library exception named in parentheses.

Example
-------
>>> from lamindb.errors import ValidationError
>>> issubclass(ValidationError, ValueError)
True
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist

    from lamindb.base.validation import Report

    DoesNotExist = ObjectDoesNotExist
    MultipleResultsFound = MultipleObjectsReturned

__all__ = [
    "ApiKeyError",
    "ApiKeyExpired",
    "ApiKeyNotFound",
    "BlobHashNotFound",
    "BranchAlreadyExists",
    "CannotSwitchDefaultInstance",
    "ConnectWithinDevDirError",
    "CorruptedOntology",
    "CurrentInstanceNotConfigured",
    "DefaultMessageException",
    "DoesNotExist",
    "FieldValidationError",
    "FileNotInDevDir",
    "InconsistentKey",
    "InstanceLockedException",
    "InstanceNotCreated",
    "InstanceNotFoundError",
    "IntegrityError",
    "InvalidArgument",
    "LaminError",
    "MissingContextUID",
    "ModuleWasntConfigured",
    "MultipleObjectsReturned",
    "MultipleResultsFound",
    "NoAccessTokenError",
    "NoReadAccess",
    "NoStorageLocationForSpace",
    "NoWriteAccess",
    "NotebookNotSaved",
    "ObjectDoesNotExist",
    "OntologyNotAvailable",
    "SettingsEnvFileOutdated",
    "StorageAlreadyManaged",
    "StorageNotEmpty",
    "TrackNotCalled",
    "UnknownStorageLocation",
    "UpdateContext",
    "ValidationError",
]

_DJANGO_NAMES = {
    "ObjectDoesNotExist": "ObjectDoesNotExist",
    "DoesNotExist": "ObjectDoesNotExist",
    "MultipleObjectsReturned": "MultipleObjectsReturned",
    "MultipleResultsFound": "MultipleObjectsReturned",
}


def __getattr__(name: str) -> type[Exception]:
    if name not in _DJANGO_NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from django.core import exceptions  # start-up time

    found: type[Exception] = getattr(exceptions, _DJANGO_NAMES[name])
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__


class LaminError(Exception):
    """Root of all exceptions that lamindb defines."""


# -- data and arguments --------------------------------------------------------------------------


class ValidationError(LaminError, ValueError):
    """Data, values or fields do not pass a check.

    Attributes
    ----------
    report : Report or None
        Everything that is wrong with a dataset or with values, one entry per failure.
    """

    report: Report | None = None


class InvalidArgument(LaminError, ValueError):
    """An argument cannot be used like this."""


class FieldValidationError(LaminError, ValueError):
    """A registry was called with wrong field names or values."""


class IntegrityError(LaminError):
    """A write would break a rule between rows; not the class of the database driver."""


class InconsistentKey(LaminError, ValueError):
    """The key and the storage path of an artifact contradict each other."""


class UnknownStorageLocation(LaminError, LookupError):
    """A path lies in no registered storage location."""


class NoStorageLocationForSpace(LaminError, LookupError):
    """A space has no storage location."""


class BranchAlreadyExists(LaminError, ValueError):
    """A branch of this name exists already."""


# -- tracking ------------------------------------------------------------------------------------


class TrackNotCalled(LaminError, RuntimeError):
    """A run is needed, but `ln.track()` was not called."""


class NotebookNotSaved(LaminError, RuntimeError):
    """The notebook has unsaved changes."""


class MissingContextUID(LaminError, RuntimeError):
    """A tracked script or notebook has no uid."""


class UpdateContext(LaminError, RuntimeError):
    """The uid or version in a tracked script or notebook needs an update."""


class BlobHashNotFound(LaminError, LookupError):
    """The git repository knows no blob for this source code."""


class FileNotInDevDir(LaminError, ValueError):
    """A file lies outside of the development directory."""


# -- setup ---------------------------------------------------------------------------------------


class NoReadAccess(LaminError, PermissionError):
    """A storage location or database cannot be read."""


class NoWriteAccess(LaminError, PermissionError):
    """A storage location or database cannot be written."""


class ModuleWasntConfigured(LaminError):
    """The instance was not set up with this schema module."""


class StorageAlreadyManaged(LaminError, ValueError):
    """Another instance manages the storage location."""


class StorageNotEmpty(LaminError):
    """A storage location still holds objects."""


class InstanceNotFoundError(LaminError, LookupError):
    """There is no instance of this name."""


class InstanceNotCreated(LaminError):
    """Creating an instance failed."""


class InstanceLockedException(LaminError):
    """Somebody else holds the lock of a cloud SQLite database."""


class SettingsEnvFileOutdated(LaminError):
    """A settings file was written by an older version and can't be read."""


class CannotSwitchDefaultInstance(LaminError):
    """The default instance can't change in this process any more."""


class ConnectWithinDevDirError(LaminError):
    """The development directory pins another instance."""


class NoAccessTokenError(LaminError, RuntimeError):
    """A hub request has no access token."""


class OntologyNotAvailable(LaminError, ConnectionError):
    """The table of an ontology is neither on this machine nor can it be downloaded.

    Parameters
    ----------
    message : str
        What is missing, where it was looked for, and what to do.
    alternatives : sequence
        Other versions that are on this machine.
    """

    def __init__(self, message: str = "", alternatives: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.alternatives = list(alternatives)


class CorruptedOntology(LaminError, ValueError):
    """The file of an ontology is truncated or malformed."""


class DefaultMessageException(LaminError):
    """Base of exceptions that have a text also when raised without arguments.

    Parameters
    ----------
    message : str, optional
        Replaces the `default_message` of the class.
    """

    default_message = ""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(self.default_message if message is None else message)


class CurrentInstanceNotConfigured(DefaultMessageException):
    """The default database is needed, but no instance is connected."""

    default_message = """\
No instance is connected! Call
- CLI:     lamin connect / lamin init
- Python:  ln.connect()  / ln.setup.init()
- R:       ln$connect()  / ln$setup$init()"""


class ApiKeyError(DefaultMessageException):
    """An API key can't be used."""

    default_message = (
        "The API key was not accepted. Check the environment variable LAMIN_API_KEY"
        " or log in again: lamin login"
    )


class ApiKeyExpired(ApiKeyError):
    """An API key is past its date of expiry."""

    default_message = "The API key has expired. Create a new one and log in again: lamin login"


class ApiKeyNotFound(ApiKeyError):
    """No such API key is registered."""

    default_message = (
        "The API key is not registered. Check it for typos or create a new one,"
        " then log in again: lamin login"
    )
