"""Tables: parquet, csv and tsv files as data frames."""

from __future__ import annotations

import gzip
import os
from contextlib import contextmanager
from pathlib import Path

from lamindb.base.log import logger
from lamindb.storage.abc import Format
from lamindb.storage.formats.opening import opened
from lamindb.storage.formats.otypes import built_in_otype, is_from_package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import Any

    import pandas as pd

__all__ = ["Csv", "Parquet", "Tsv"]


class _Table(Format):
    """What all table formats share."""

    otype = "DataFrame"

    def accepts(self, obj: Any) -> bool:
        """Whether this is a pandas or polars data frame, or a table of pyarrow."""
        return built_in_otype(obj) == self.otype

    def n_observations(self, data: Any) -> int | None:
        """Number of rows of a data frame; None for a path or a lazy frame."""
        return len(data) if self.accepts(data) and not _is_lazy(data) else None


class Parquet(_Table):
    """Parquet files through pyarrow or polars."""

    suffixes = (".parquet",)

    def load(self, path: str | PathLike[str], **kwargs: Any) -> pd.DataFrame:
        """Read a parquet file, or a folder of them, with `pandas.read_parquet`."""
        import pandas as pd

        return pd.read_parquet(path, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with what the library of the table offers.

        That is `DataFrame.to_parquet` (pandas), `write_parquet` or `sink_parquet` (polars), or
        `pyarrow.parquet.write_table`.
        """
        if is_from_package(obj, "pyarrow"):
            import pyarrow.parquet as pq

            pq.write_table(obj, path, **kwargs)
        elif not is_from_package(obj, "polars"):
            obj.to_parquet(path, **kwargs)
        elif _is_lazy(obj):
            with open(path, "wb") as file:  # polars would create it later, maybe after it failed
                obj.sink_parquet(file, **kwargs)
        else:
            obj.write_parquet(path, **kwargs)

    def n_observations(self, data: Any) -> int | None:
        """Number of rows, for a file from its footer; None for a folder or an unreadable file."""
        if not isinstance(data, (str, os.PathLike)):
            return super().n_observations(data)
        location = os.fspath(data)
        if Path(location).is_dir():
            return None
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with opened(location) as file:
                return int(pq.read_metadata(file).num_rows)
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
        """Write with what the library of the table offers.

        That is `DataFrame.to_csv` (pandas), `write_csv` or `sink_csv` (polars), or
        `pyarrow.csv.write_csv` with the keyword arguments of `pyarrow.csv.WriteOptions`.
        """
        if is_from_package(obj, "pyarrow"):
            _write_arrow(obj, path, {"delimiter": self.separator, **kwargs})
        elif is_from_package(obj, "polars"):
            _write_polars(obj, path, {"separator": self.separator, **kwargs})
        else:
            _write_pandas(obj, path, {"sep": self.separator, **kwargs})


class Tsv(Csv):
    """Tab-separated text, also compressed."""

    suffixes = (".tsv", ".tsv.gz", ".tsv.tar.gz")
    separator = "\t"


def _is_lazy(obj: Any) -> bool:
    """Whether this is a query of polars that has not run yet."""
    return is_from_package(obj, "polars") and hasattr(obj, "collect")


def _write_pandas(df: pd.DataFrame, path: str, kwargs: dict[str, Any]) -> None:
    if not path.endswith(".gz") or path.endswith(".tar.gz") or "compression" in kwargs:
        df.to_csv(path, **kwargs)
        return
    with _gzip_file(path) as file:
        df.to_csv(file, **kwargs)


def _write_polars(frame: Any, path: str, kwargs: dict[str, Any]) -> None:
    if path.endswith(".gz"):
        with _gzip_file(path) as file:
            (frame.collect() if _is_lazy(frame) else frame).write_csv(file, **kwargs)
    elif _is_lazy(frame):
        with open(path, "wb") as file:  # polars would create it later, maybe after it failed
            frame.sink_csv(file, **kwargs)
    else:
        frame.write_csv(path, **kwargs)


def _write_arrow(table: Any, path: str, kwargs: dict[str, Any]) -> None:
    from pyarrow import csv

    options = csv.WriteOptions(**kwargs)
    if path.endswith(".gz"):
        with _gzip_file(path) as file:
            csv.write_csv(table, file, options)
    else:
        csv.write_csv(table, path, options)


@contextmanager
def _gzip_file(path: str) -> Iterator[gzip.GzipFile]:
    """Open a gzip file that has neither time nor name in it, so that equal data hash equally.

    Raises
    ------
    NotImplementedError
        If the path is that of an archive.
    """
    if path.endswith(".tar.gz"):
        raise NotImplementedError(
            f"Only pandas writes a table into an archive: convert it with `.to_pandas()`, or use"
            f" {path.removesuffix('.tar.gz') + '.gz'!r}"
        )
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        yield file
