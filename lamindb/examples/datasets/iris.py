"""Fisher's irises: measurements of 150 flowers of three species.

R. A. Fisher: The use of multiple measurements in taxonomic problems. Annals of Eugenics 7 (1936).
"""

from __future__ import annotations

from importlib.resources import files

from lamindb.storage.paths import create_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd
    from upath import UPath

__all__ = [
    "df_iris",
    "df_iris_in_meter",
    "df_iris_in_meter_study1",
    "df_iris_in_meter_study2",
    "dir_iris_images",
]

_SPECIES = {0: "setosa", 1: "versicolor", 2: "virginica"}


def df_iris() -> pd.DataFrame:
    """Return the measurements in centimeters, and the species as a number.

    Returns
    -------
    pandas.DataFrame
        150 rows, 5 columns.

    Example
    -------
    >>> df_iris().shape
    (150, 5)
    """
    import pandas as pd

    with files(__package__).joinpath("iris.csv").open(encoding="ascii") as file:
        return pd.read_csv(file)


def df_iris_in_meter() -> pd.DataFrame:
    """Return the measurements in meters, and the name of the species.

    Returns
    -------
    pandas.DataFrame
        150 rows, 5 columns.

    Example
    -------
    >>> df_iris_in_meter()["iris_organism_name"].unique().tolist()
    ['setosa', 'versicolor', 'virginica']
    """
    df = df_iris()
    in_meter = df.drop(columns="target") / 100
    in_meter.columns = [name.removesuffix(" (cm)").replace(" ", "_") for name in in_meter.columns]
    in_meter["iris_organism_name"] = df["target"].map(_SPECIES)
    return in_meter


def df_iris_in_meter_study1() -> pd.DataFrame:
    """Return the first 75 rows of `df_iris_in_meter()`.

    Returns
    -------
    pandas.DataFrame

    Example
    -------
    >>> df_iris_in_meter_study1().shape
    (75, 5)
    """
    return df_iris_in_meter().iloc[:75]


def df_iris_in_meter_study2() -> pd.DataFrame:
    """Return the last 75 rows of `df_iris_in_meter()`.

    Returns
    -------
    pandas.DataFrame

    Example
    -------
    >>> df_iris_in_meter_study2().shape
    (75, 5)
    """
    return df_iris_in_meter().iloc[75:]


def dir_iris_images() -> UPath:
    """Return the path of a public folder with photos of irises, without accessing it.

    Returns
    -------
    UPath

    Example
    -------
    >>> str(dir_iris_images())
    's3://lamindata/iris_studies'
    """
    return create_path("s3://lamindata/iris_studies")
