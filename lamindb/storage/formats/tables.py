"""Tables: parquet, csv and tsv files as data frames."""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.formats.otypes import is_from_package, otype_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    import pandas as pd

__all__ = ["Csv", "Parquet", "Tsv"]


class _Table(Format):
    """What all table formats share."""

    otype = "DataFrame"

    def accepts(self, obj: Any) -> bool:
        """Whether this is a pandas or polars data frame."""
        return otype_of(obj) == self.otype

    def n_observations(self, data: Any) -> int | None:
        """Number of rows of a data frame; None for a path or a lazy frame."""
        is_eager = otype_of(data) == self.otype and type(data).__name__ != "LazyFrame"
        return len(data) if is_eager else None


class Parquet(_Table):
    """Parquet files through pyarrow or polars."""

    suffixes = (".parquet",)

    def load(self, path: str | PathLike[str], **kwargs: Any) -> pd.DataFrame:
        """Read a parquet file, or a folder of them, with `pandas.read_parquet`."""
        import pandas as pd

        return pd.read_parquet(path, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `DataFrame.to_parquet`, or polars' `write_parquet` or `sink_parquet`."""
        if not is_from_package(obj, "polars"):
            obj.to_parquet(path, **kwargs)
        elif type(obj).__name__ == "LazyFrame":
            obj.sink_parquet(path, **kwargs)
        else:
            obj.write_parquet(path, **kwargs)

    def n_observations(self, data: Any) -> int | None:
        """Number of rows, for a file from its footer; None for a folder or an unreadable file."""
        if not isinstance(data, (str, os.PathLike)):
            return super().n_observations(data)
        if Path(data).is_dir():
            return None
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(data).num_rows)
        except (OSError, pa.ArrowException) as error:
            logger.warning(f"could not read the number of observations from {data}: {error}")
            return None


class Csv(_Table):
    """Comma-separated text, also compressed."""

    suffixes = (".csv", ".csv.gz", ".csv.tar.gz")
    separator = ","

    def load(self, path: str | PathLike[str], **kwargs: Any) -> pd.DataFrame:
        """Read with `pandas.read_csv`."""
        import pandas as pd

        return pd.read_csv(path, **{"sep": self.separator, **kwargs})

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `DataFrame.to_csv`, or polars' `write_csv` or `sink_csv`."""
        if not is_from_package(obj, "polars"):
            _write_pandas(obj, path, {"sep": self.separator, **kwargs})
        elif type(obj).__name__ == "LazyFrame":
            obj.sink_csv(path, **{"separator": self.separator, **kwargs})
        else:
            obj.write_csv(path, **{"separator": self.separator, **kwargs})


class Tsv(Csv):
    """Tab-separated text, also compressed."""

    suffixes = (".tsv", ".tsv.gz", ".tsv.tar.gz")
    separator = "\t"


def _write_pandas(df: pd.DataFrame, path: str, kwargs: dict[str, Any]) -> None:
    """Write a csv file; a gzip file without time and name, so that equal data hash equally."""
    if not path.endswith(".gz") or path.endswith(".tar.gz") or "compression" in kwargs:
        df.to_csv(path, **kwargs)
        return
    import gzip

    with open(path, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        df.to_csv(file, **kwargs)
