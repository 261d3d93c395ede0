"""Types that appear in public signatures, and the codes of the status fields."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args

from lamindb.base.suffixes import CanonicalSuffix

if TYPE_CHECKING:
    from django.db.models.query_utils import DeferredAttribute as FieldAttr
    from upath import UPath

    StrField = str | FieldAttr

__all__ = [
    "BRANCH_CODE_TO_STATUS",
    "BRANCH_STATUS_TO_CODE",
    "PROJECT_CODE_TO_STATUS",
    "PROJECT_STATUS_TO_CODE",
    "RUN_CODE_TO_STATUS",
    "RUN_STATUS_TO_CODE",
    "UNSET",
    "AnyPathStr",
    "ArtifactKind",
    "BlockKind",
    "BranchStatus",
    "CanonicalSuffix",
    "DtypeObject",
    "DtypeStr",
    "FieldAttr",
    "ListLike",
    "ProjectStatus",
    "RunStatus",
    "SQLRecordFieldName",
    "SimpleDtype",
    "SimpleDtypeStr",
    "SimpleDvalue",
    "StorageType",
    "StrField",
    "TransferMode",
    "TransformKind",
    "Unset",
]

AnyPathStr = Union[str, Path, "UPath"]
# a list, a pandas Series or Index, a numpy array: anything that iterates over values
ListLike = list[Any]

TransformKind = Literal["pipeline", "notebook", "script", "function"]
ArtifactKind = Literal["dataset", "model", "plan", "__lamindb_run__", "__lamindb_config__"]
BlockKind = Literal["readme", "comment"]
StorageType = Literal["local", "s3", "gs", "hf", "http", "https"]
TransferMode = Literal["sqlrecord", "notes", "annotations"]

RunStatus = Literal["scheduled", "restarted", "started", "completed", "errored", "aborted"]
RUN_STATUS_TO_CODE: dict[str, int] = {
    "scheduled": -3,
    "restarted": -2,
    "started": -1,
    "completed": 0,
    "errored": 1,
    "aborted": 2,
}
RUN_CODE_TO_STATUS = {code: status for status, code in RUN_STATUS_TO_CODE.items()}

BranchStatus = Literal["standalone", "draft", "review", "merged", "closed"]
BRANCH_STATUS_TO_CODE: dict[str, int] = {
    "closed": -2,
    "merged": -1,
    "standalone": 0,
    "draft": 1,
    "review": 2,
}
BRANCH_CODE_TO_STATUS = {code: status for status, code in BRANCH_STATUS_TO_CODE.items()}

ProjectStatus = Literal[
    "planned", "up-next", "active", "completed", "paused", "background", "canceled", "archived"
]
PROJECT_STATUS_TO_CODE: dict[str, int] = {
    "planned": -3,
    "up-next": -2,
    "active": -1,
    "completed": 0,
    "paused": 2,
    "background": 1,
    "canceled": 3,
    "archived": 4,
}
PROJECT_CODE_TO_STATUS = {code: status for status, code in PROJECT_STATUS_TO_CODE.items()}

SimpleDtypeStr = Literal[
    "num",
    "int",
    "float",
    "str",
    "bool",
    "datetime",
    "datetime64[ns, UTC]",
    "date",
    "dict",
    "path",
    "url",
    "object",
]
DtypeStr = SimpleDtypeStr
SIMPLE_DTYPES: tuple[str, ...] = get_args(SimpleDtypeStr)
SimpleDvalue = int | float | str | bool | datetime.date | datetime.datetime | dict[Any, Any]
DtypeObject = SimpleDvalue
SimpleDtype = (
    type[int]
    | type[float]
    | type[str]
    | type[bool]
    | type[datetime.date]
    | type[datetime.datetime]
    | type[dict[Any, Any]]
)

SQLRecordFieldName = Literal[
    "created_at",
    "created_by",
    "updated_at",
    "reference",
    "reference_type",
    "run",
    "type",
    "name",
    "description",
]


class Unset:
    """Type of `UNSET`, the default of parameters for which None has a meaning.

    Example
    -------
    >>> UNSET
    UNSET
    >>> bool(UNSET)
    False
    """

    _instance: Unset | None = None

    def __new__(cls) -> Unset:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


UNSET = Unset()


def __getattr__(name: str) -> Any:
    """Django's class behind `Registry.field`, imported on first use."""
    if name not in ("FieldAttr", "StrField"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from django.db.models.query_utils import DeferredAttribute  # start-up time

    globals()["FieldAttr"] = DeferredAttribute
    globals()["StrField"] = str | DeferredAttribute
    return globals()[name]


def __dir__() -> list[str]:
    return __all__
