import copy
import pickle
from typing import get_args

import pytest

from lamindb.base import types


@pytest.mark.parametrize("kind", ["RUN", "BRANCH", "PROJECT"])
def test_status_codes_are_reversible_and_complete(kind):
    to_code = getattr(types, f"{kind}_STATUS_TO_CODE")
    to_status = getattr(types, f"{kind}_CODE_TO_STATUS")
    assert {to_status[code]: code for code in to_status} == to_code
    assert set(to_code) == set(get_args(getattr(types, f"{kind.capitalize()}Status")))


def test_status_codes():
    assert types.RUN_STATUS_TO_CODE == {
        "scheduled": -3,
        "restarted": -2,
        "started": -1,
        "completed": 0,
        "errored": 1,
        "aborted": 2,
    }
    assert types.BRANCH_CODE_TO_STATUS == {
        -2: "closed",
        -1: "merged",
        0: "standalone",
        1: "draft",
        2: "review",
    }
    assert types.PROJECT_STATUS_TO_CODE["background"] == 1
    assert types.PROJECT_STATUS_TO_CODE["paused"] == 2


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("TransformKind", ("pipeline", "notebook", "script", "function")),
        ("ArtifactKind", ("dataset", "model", "plan", "__lamindb_run__", "__lamindb_config__")),
        ("BlockKind", ("readme", "comment")),
        ("StorageType", ("local", "s3", "gs", "hf", "http", "https")),
        ("TransferMode", ("sqlrecord", "notes", "annotations")),
    ],
)
def test_choices(name, choices):
    assert get_args(getattr(types, name)) == choices


def test_unset_is_one_falsy_object():
    unset = types.UNSET
    assert not unset
    assert repr(unset) == "UNSET"
    assert types.Unset() is copy.deepcopy(unset) is pickle.loads(pickle.dumps(unset)) is unset


def test_djangos_field_class_is_imported_on_first_use(run_python):
    result = run_python(
        "import sys\n"
        "from lamindb.base import types\n"
        "assert 'django' not in sys.modules\n"
        "from django.db.models.query_utils import DeferredAttribute\n"
        "assert types.StrField == str | DeferredAttribute\n"
        "assert types.FieldAttr is DeferredAttribute\n"
    )
    assert result.returncode == 0, result.stderr


def test_all_names_exist(run_python):
    result = run_python(
        "from lamindb.base import types\n"
        "assert all(getattr(types, name) is not None for name in types.__all__)\n"
        "from lamindb.base.types import *\n"
        "print(CanonicalSuffix.__name__)\n"
    )
    assert result.stdout == "CanonicalSuffix\n", result.stderr
    assert dir(types) == sorted(types.__all__)


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        types.Nothing  # noqa: B018
