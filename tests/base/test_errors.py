import pickle
import re

import pytest

from lamindb import errors
from lamindb.base import utils

PARENTS = {
    "ValidationError": ValueError,
    "InvalidArgument": ValueError,
    "FieldValidationError": ValueError,
    "InconsistentKey": ValueError,
    "BranchAlreadyExists": ValueError,
    "FileNotInDevDir": ValueError,
    "StorageAlreadyManaged": ValueError,
    "UnknownStorageLocation": LookupError,
    "NoStorageLocationForSpace": LookupError,
    "BlobHashNotFound": LookupError,
    "InstanceNotFoundError": LookupError,
    "TrackNotCalled": RuntimeError,
    "NotebookNotSaved": RuntimeError,
    "MissingContextUID": RuntimeError,
    "UpdateContext": RuntimeError,
    "NoAccessTokenError": RuntimeError,
    "NoReadAccess": PermissionError,
    "NoWriteAccess": PermissionError,
    "OntologyNotAvailable": ConnectionError,
    "CorruptedOntology": ValueError,
}
PLAIN = {
    "IntegrityError",
    "ModuleWasntConfigured",
    "StorageNotEmpty",
    "InstanceNotCreated",
    "InstanceLockedException",
    "SettingsEnvFileOutdated",
    "CannotSwitchDefaultInstance",
    "ConnectWithinDevDirError",
}
WITH_DEFAULT_TEXT = {
    "CurrentInstanceNotConfigured",
    "ApiKeyError",
    "ApiKeyExpired",
    "ApiKeyNotFound",
}
OURS = sorted({*PARENTS, *PLAIN, *WITH_DEFAULT_TEXT})


@pytest.mark.parametrize("name", OURS)
def test_every_class_has_the_common_root_and_carries_its_text(name):
    error = getattr(errors, name)("what happened")
    assert isinstance(error, errors.LaminError)
    assert str(error) == "what happened"
    assert str(pickle.loads(pickle.dumps(error))) == "what happened"


@pytest.mark.parametrize(("name", "parent"), PARENTS.items())
def test_old_except_clauses_keep_working(name, parent):
    with pytest.raises(parent):
        raise getattr(errors, name)("text")


def test_all_and_the_tree_in_the_docstring_are_complete():
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    django = {
        "ObjectDoesNotExist",
        "DoesNotExist",
        "MultipleObjectsReturned",
        "MultipleResultsFound",
    }
    assert set(errors.__all__) == own | django
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__))
    assert drawn == own - django - {"LaminError"}


def test_missing_instance_says_how_to_connect():
    assert str(errors.CurrentInstanceNotConfigured()) == (
        "No instance is connected! Call\n"
        "- CLI:     lamin connect / lamin init\n"
        "- Python:  ln.connect()  / ln.setup.init()\n"
        "- R:       ln$connect()  / ln$setup$init()"
    )


@pytest.mark.parametrize("name", ["ApiKeyError", "ApiKeyExpired", "ApiKeyNotFound"])
def test_api_key_errors_have_a_default_text(name):
    error = getattr(errors, name)()
    assert isinstance(error, errors.ApiKeyError)
    assert "lamin login" in str(error)


def test_djangos_classes_are_imported_on_first_use_only(run_python):
    result = run_python(
        "import sys, lamindb.errors as errors\n"
        "assert 'django' not in sys.modules\n"
        "from lamindb.errors import DoesNotExist, MultipleResultsFound\n"
        "from django.core import exceptions\n"
        "assert DoesNotExist is errors.ObjectDoesNotExist is exceptions.ObjectDoesNotExist\n"
        "assert MultipleResultsFound is exceptions.MultipleObjectsReturned\n"
        "assert errors.MultipleObjectsReturned is exceptions.MultipleObjectsReturned\n"
    )
    assert result.returncode == 0, result.stderr


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'NoSuchError'"):
        errors.NoSuchError  # noqa: B018
    assert "ValidationError" in dir(errors)
    assert "deprecated" in dir(utils)
