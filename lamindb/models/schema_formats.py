"""What a schema asks of the storage format of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .typed import read_extra, write_extra

if TYPE_CHECKING:
    from .schema import Schema

ZARR = "zarr"
"""Key in the column `_aux`."""


class FormatConstraints:
    """Constraints of a schema on formats; written by `schema.save()`, and not part of its hash.

    Parameters
    ----------
    schema
        The schema.

    Examples
    --------
    >>> schema.formats.zarr = {"zarr_format": 3}
    >>> schema.save()
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    @property
    def zarr(self) -> dict[str, Any] | None:
        """Constraints by name: `zarr_format`, `chunk_shape`, `multiscales`, `layers`.

        Raises
        ------
        TypeError
            On assignment of anything but a dictionary or None.
        """
        return read_extra(self._schema, ZARR)

    @zarr.setter
    def zarr(self, value: dict[str, Any] | None) -> None:
        if value is not None and not isinstance(value, dict):
            raise TypeError(f"zarr constraints have to be a dictionary or None, not {value!r}")
        write_extra(self._schema, ZARR, value or None)

    def __repr__(self) -> str:
        return f"FormatConstraints(zarr={self.zarr})"
