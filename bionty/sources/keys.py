"""What identifies the table of a source, and the names of its files."""

from __future__ import annotations

from dataclasses import dataclass, field

from lamindb.errors import InvalidArgument

__all__ = ["SourceKey"]

_SEPARATORS = ("/", "\\", "\0")


@dataclass(frozen=True)
class SourceKey:
    """Identifies the table of one version of a source.

    Parameters
    ----------
    entity : str
        What the rows are, such as `"CellType"`; the module in `"bionty.CellType"` is dropped.
    organism : str
        `"all"` if the source isn't about one organism.
    name : str
        Short name of the source, such as `"cl"`.
    version : str
        Version of the source.
    url : str, optional
        Where the source publishes this version; no part of the identity.
    provider : str, optional
        What brings the table, if it is known: the name of a package; no part of the identity.

    Raises
    ------
    InvalidArgument
        If a part would lead a file name out of its folder.

    Examples
    --------
    >>> SourceKey("bionty.CellType", "all", "cl", "2026-03-26").table_file
    'df_all__cl__2026-03-26__CellType.parquet'
    """

    entity: str
    organism: str
    name: str
    version: str
    url: str | None = field(default=None, compare=False)
    provider: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entity", self.entity.rpartition(".")[2])
        for part in ("entity", "organism", "name", "version"):
            value = getattr(self, part)
            if any(separator in value for separator in _SEPARATORS):
                raise InvalidArgument(f"the {part} of a source can't be part of a path: {value!r}")

    @property
    def _stem(self) -> str:
        organism = self.organism.lower().replace(" ", "-")
        return f"{organism}__{self.name}__{self.version}__{self.entity}"

    @property
    def table_file(self) -> str:
        """Name of the parquet file."""
        return f"df_{self._stem}.parquet"

    @property
    def raw_file(self) -> str:
        """Name of the file as the source publishes it."""
        return f"ontology_{self._stem}"

    @property
    def legacy_file(self) -> str:
        """Name of the parquet file that maps earlier ids to present ones."""
        return f"df-legacy_{self._stem}.parquet"

    @property
    def series(self) -> tuple[str, str, str]:
        """What all versions of a source have in common."""
        return self.entity, self.organism, self.name

    def __str__(self) -> str:
        organism = "" if self.organism == "all" else f" ({self.organism})"
        return f"{self.name} {self.version}{organism}"
