"""Mock files and folders."""

from __future__ import annotations

import random
import string
from pathlib import Path

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.setup.session_settings import settings

__all__ = ["dir_scrnaseq_cellranger", "file_bam", "file_fastq", "file_mini_csv"]


def file_fastq(in_storage_root: bool = False) -> Path:
    """Write a mock file of sequencing reads.

    Parameters
    ----------
    in_storage_root : bool
        Whether to write it into the current storage location rather than the working directory.

    Returns
    -------
    Path

    Raises
    ------
    CurrentInstanceNotConfigured
        If the storage location is asked for without an instance.

    Example
    -------
    >>> file_fastq().name
    'input.fastq.gz'
    """
    return _write("input.fastq.gz", "Mock fastq artifact.", in_storage_root)


def file_bam(in_storage_root: bool = False) -> Path:
    """Write a mock file of aligned reads.

    Parameters
    ----------
    in_storage_root : bool
        Whether to write it into the current storage location rather than the working directory.

    Returns
    -------
    Path

    Raises
    ------
    CurrentInstanceNotConfigured
        If the storage location is asked for without an instance.

    Example
    -------
    >>> file_bam().name
    'output.bam'
    """
    return _write("output.bam", "Mock bam artifact.", in_storage_root)


def file_mini_csv(in_storage_root: bool = False) -> Path:
    """Write a table with one column and three rows.

    Parameters
    ----------
    in_storage_root : bool
        Whether to write it into the current storage location rather than the working directory.

    Returns
    -------
    Path

    Raises
    ------
    CurrentInstanceNotConfigured
        If the storage location is asked for without an instance.

    Example
    -------
    >>> file_mini_csv().read_text().split()
    ['test', '1', '2', '3']
    """
    return _write("mini.csv", "test\n1\n2\n3\n", in_storage_root)


def dir_scrnaseq_cellranger(
    sample_name: str, basedir: str | Path = "./", output_only: bool = True
) -> Path:
    """Write a mock of the folder that Cell Ranger writes: 15 files with random content.

    Parameters
    ----------
    sample_name : str
        Name of the folder.
    basedir : str or Path
        Where to create it.
    output_only : bool
        Whether to leave out the input of Cell Ranger: two fastq files in a folder beside.

    Returns
    -------
    Path
        The folder of the sample.

    Example
    -------
    >>> dir_scrnaseq_cellranger("sample_001").name
    'sample_001'

    References
    ----------
    https://www.10xgenomics.com/support/software/cell-ranger/latest/analysis/outputs
    """
    matrix_files = ("barcodes.tsv.gz", "features.tsv.gz", "matrix.mtx.gz")
    output = [
        "web_summary.html",
        "metrics_summary.csv",
        "possorted_genome_bam.bam",
        "possorted_genome_bam.bam.bai",
        "molecule_info.h5",
        "cloupe.cloupe",
        *(f"{kind}_feature_bc_matrix.h5" for kind in ("raw", "filtered")),
        *(f"{kind}_feature_bc_matrix/{f}" for kind in ("raw", "filtered") for f in matrix_files),
        "analysis/analysis.csv",
    ]
    folder = Path(basedir) / sample_name
    paths = [folder / name for name in output]
    if not output_only:
        paths += [
            Path(basedir) / "fastq" / f"{sample_name}_R{read}_001.fastq.gz" for read in (1, 2)
        ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(random.choices(string.ascii_letters, k=6)), encoding="ascii")
    return folder


def _write(name: str, text: str, in_storage_root: bool) -> Path:
    path = Path(name)
    if in_storage_root:
        storage = settings.storage
        if storage is None:
            raise CurrentInstanceNotConfigured
        path = Path(storage.root_as_str) / name
    path.write_text(text, encoding="utf-8")
    return path
