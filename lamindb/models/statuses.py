"""The property `status` of registries that store it as a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status:
    """Descriptor: the name of the status whose code is in the column `_status_code`.

    Parameters
    ----------
    codes
        Code of each status.

    Raises
    ------
    ValueError
        On assignment of an unknown status.

    Examples
    --------
    >>> project.status = "active"
    >>> project.save()
    """

    def __init__(self, codes: Mapping[str, int]) -> None:
        self._codes = codes
        self._names = {code: name for name, code in codes.items()}

    def __get__(self, record: Any, registry: type | None = None) -> Any:
        return self if record is None else self._names[record._status_code]

    def __set__(self, record: Any, value: str) -> None:
        if value not in self._codes:
            raise ValueError(
                f"Unknown status '{value}', choose one of: {', '.join(self._codes)}."
                f"{did_you_mean(str(value), self._codes)}"
            )
        record._status_code = self._codes[value]
