"""Constructors of artifacts for a type of data, or for many files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.deprecation import deprecated

from . import artifact_typed
from .artifact_from_dir import artifacts_from_dir
from .artifact_lazy import LazyArtifact

if TYPE_CHECKING:
    from typing import Literal

    import pandas as pd
    import polars as pl
    from anndata import AnnData
    from mudata import MuData
    from spatialdata import SpatialData
    from tiledbsoma import Experiment as SOMAExperiment

    from lamindb.base.types import AnyPathStr

    from .artifact import Artifact
    from .record_list import SQLRecordList
    from .run import Run
    from .schema import Schema


class ArtifactConstructors:
    """Class methods of `Artifact` that construct artifacts; none writes to database or storage."""

    @classmethod
    def from_dataframe(
        cls: type[Artifact],
        df: pd.DataFrame | pl.DataFrame | pl.LazyFrame | AnyPathStr,
        *,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        revises: Artifact | None = None,
        schema: Schema | Literal["valid_features"] | None = None,
        features: dict[str, Any] | None = None,
        parquet_kwargs: dict[str, Any] | None = None,
        csv_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Create an artifact from a data frame, stored as Parquet, or as CSV if the key says so.

        Parameters
        ----------
        df
            Data frame of pandas or polars, or path of a file that holds one.
        key
            Relative path-like name; `.parquet` or `.csv`.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        revises
            Previous version.
        schema
            Schema that the data frame has to fulfil.
        features
            Values of further features.
        parquet_kwargs, csv_kwargs
            Options of `DataFrame.to_parquet` and `DataFrame.to_csv`, or of polars' writers.
        kwargs
            Further keywords of `Artifact`.

        Raises
        ------
        InvalidArgument
            The key has another suffix.
        NotImplementedError
            Neither a data frame nor a path.

        Examples
        --------
        >>> ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
        """
        return artifact_typed.from_dataframe(
            cls,
            df,
            options={".parquet": parquet_kwargs, ".csv": csv_kwargs},
            key=key,
            description=description,
            run=run,
            revises=revises,
            schema=schema,
            features=features,
            **kwargs,
        )

    @classmethod
    @deprecated("from_dataframe")
    def from_df(cls: type[Artifact], df: pd.DataFrame | AnyPathStr, **kwargs: Any) -> Artifact:
        """Deprecated alias of `from_dataframe`."""
        return cls.from_dataframe(df, **kwargs)

    @classmethod
    def from_anndata(
        cls: type[Artifact],
        adata: AnnData | AnyPathStr,
        *,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        revises: Artifact | None = None,
        schema: Schema | Literal["ensembl_gene_ids_and_valid_features_in_obs"] | None = None,
        features: dict[str, Any] | None = None,
        format: Literal["h5ad", "zarr", "anndata.zarr"] | None = None,
        h5ad_kwargs: dict[str, Any] | None = None,
        zarr_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Create an artifact from an annotated matrix, stored as `.h5ad` or `.zarr`.

        Parameters
        ----------
        adata
            AnnData object, or path of a store that holds one.
        key
            Relative path-like name; `.h5ad`, `.zarr` or `.anndata.zarr`.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        revises
            Previous version.
        schema
            Schema that the dataset has to fulfil.
        features
            Values of further features.
        format
            How to store an object, default: as the key says, else `h5ad`.
        h5ad_kwargs, zarr_kwargs
            Options of `AnnData.write_h5ad` and `AnnData.write_zarr`.
        kwargs
            Further keywords of `Artifact`.

        Raises
        ------
        ValueError
            Neither an AnnData object nor a path of one, or an unknown format.
        InvalidArgument
            The key has no suffix, or another one than the path.

        Examples
        --------
        >>> ln.Artifact.from_anndata(adata, key="my_datasets/cells.h5ad").save()
        """
        return artifact_typed.from_object(
            cls,
            adata,
            "AnnData",
            options={".h5ad": h5ad_kwargs, ".zarr": zarr_kwargs, ".anndata.zarr": zarr_kwargs},
            format=format,
            key=key,
            description=description,
            run=run,
            revises=revises,
            schema=schema,
            features=features,
            **kwargs,
        )

    @classmethod
    def from_mudata(
        cls: type[Artifact],
        mdata: MuData | AnyPathStr,
        *,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        revises: Artifact | None = None,
        schema: Schema | None = None,
        features: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Create an artifact from multimodal data; an object is stored as `.h5mu`.

        Parameters
        ----------
        mdata
            MuData object, or path of a store that holds one.
        key
            Relative path-like name.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        revises
            Previous version.
        schema
            Schema that the dataset has to fulfil.
        features
            Values of further features.
        kwargs
            Further keywords of `Artifact`.

        Raises
        ------
        ValueError
            Neither a MuData object nor a path of one.
        InvalidArgument
            The key has another suffix.

        Examples
        --------
        >>> ln.Artifact.from_mudata(mdata, key="my_datasets/cite.h5mu").save()
        """
        return artifact_typed.from_object(
            cls,
            mdata,
            "MuData",
            key=key,
            description=description,
            run=run,
            revises=revises,
            schema=schema,
            features=features,
            **kwargs,
        )

    @classmethod
    def from_spatialdata(
        cls: type[Artifact],
        sdata: SpatialData | AnyPathStr,
        *,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        revises: Artifact | None = None,
        schema: Schema | None = None,
        features: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Create an artifact from spatial data; an object is stored as `.zarr`.

        Parameters
        ----------
        sdata
            SpatialData object, or path of a store that holds one.
        key
            Relative path-like name.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        revises
            Previous version.
        schema
            Schema that the dataset has to fulfil.
        features
            Values of further features.
        kwargs
            Further keywords of `Artifact`; `format="spatialdata.zarr"` writes such a suffix.

        Raises
        ------
        ValueError
            Neither a SpatialData object nor a path of one.
        InvalidArgument
            The key has another suffix.

        Examples
        --------
        >>> ln.Artifact.from_spatialdata(sdata, key="my_datasets/visium.zarr").save()
        """
        return artifact_typed.from_object(
            cls,
            sdata,
            "SpatialData",
            key=key,
            description=description,
            run=run,
            revises=revises,
            schema=schema,
            features=features,
            **kwargs,
        )

    @classmethod
    def from_tiledbsoma(
        cls: type[Artifact],
        exp: SOMAExperiment | AnyPathStr,
        *,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        revises: Artifact | None = None,
        schema: Schema | None = None,
        features: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Artifact:
        """Create an artifact from a SOMA store.

        Parameters
        ----------
        exp
            Experiment, or path of a store that ends with `.tiledbsoma`.
        key
            Relative path-like name.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        revises
            Previous version.
        schema
            Schema that the dataset has to fulfil.
        features
            Values of further features.
        kwargs
            Further keywords of `Artifact`.

        Raises
        ------
        ValueError
            The path does not end with `.tiledbsoma`.
        FileNotFoundError
            There is no store.

        Examples
        --------
        >>> ln.Artifact.from_tiledbsoma("cells.tiledbsoma", key="cells.tiledbsoma").save()
        """
        return artifact_typed.from_tiledbsoma(
            cls,
            exp,
            key=key,
            description=description,
            run=run,
            revises=revises,
            schema=schema,
            features=features,
            **kwargs,
        )

    @classmethod
    def from_dir(
        cls: type[Artifact], path: AnyPathStr, *, key: str | None = None, run: Run | None = None
    ) -> SQLRecordList[Artifact]:
        """Create one artifact per file of a folder, at any depth.

        Parameters
        ----------
        path
            Folder, local or in the cloud.
        key
            Beginning of the keys, default: the path relative to the storage location, else the
            name of the folder.
        run
            Creating run, default: the current one.

        Returns
        -------
        List with the methods `save`, `to_dataframe`, `to_list` and `one`.

        Raises
        ------
        FileNotFoundError
            Nothing is at the path.
        NotADirectoryError
            The path is a file.

        Examples
        --------
        >>> ln.Artifact.from_dir("./my_images").save()
        """
        return artifacts_from_dir(cls, path, key=key, run=run)

    @classmethod
    def from_lazy(
        cls: type[Artifact],
        suffix: str,
        overwrite_versions: bool,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        **kwargs: Any,
    ) -> LazyArtifact:
        """Promise an artifact: write to its `path`, then `save()` it.

        Parameters
        ----------
        suffix
            Of what will be written, with its dot.
        overwrite_versions
            Whether later versions take the same place; usually for folders.
        key
            Relative path-like name with the same suffix.
        description
            What the dataset is.
        run
            Creating run, default: the current one.
        kwargs
            Further keywords of `Artifact`.

        Raises
        ------
        ValueError
            The key has another suffix.

        Examples
        --------
        >>> lazy = ln.Artifact.from_lazy(".zarr", overwrite_versions=True, key="cells.zarr")
        >>> adata.write_zarr(lazy.path)
        >>> artifact = lazy.save()
        """
        return LazyArtifact(
            suffix,
            overwrite_versions,
            registry=cls,
            key=key,
            description=description,
            run=run,
            **kwargs,
        )
