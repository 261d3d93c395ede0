"""The script that rebuilds the shipped gene tables."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bionty.sources import shipped
from tools import build_gene_tables

ROWS = [
    {"ensembl_gene_id": "ENSG00000000003", "symbol": "TSPAN6", "biotype": "protein_coding"},
    {"ensembl_gene_id": "ENSG00000310577", "symbol": None, "biotype": "lncRNA"},
]
GENCODE = (
    "##description: GENCODE\n"
    'chrX\tHAVANA\tgene\t1\t2\t.\t-\t.\tgene_id "ENSG00000310577.1"; gene_type "lncRNA"; '
    'gene_name "ENSG00000310577";\n'
    'chrX\tHAVANA\ttranscript\t1\t2\t.\t-\t.\tgene_id "ENSG00000000003.16"; gene_type "x";\n'
    'chrX\tHAVANA\tgene\t1\t2\t.\t-\t.\tgene_id "ENSG00000000003.16"; '
    'gene_type "protein_coding"; gene_name "TSPAN6";\n'
    'chrY\tHAVANA\tgene\t1\t2\t.\t-\t.\tgene_id "ENSG00000000003.16_PAR_Y"; '
    'gene_type "protein_coding"; gene_name "TSPAN6";\n'
)
ENSEMBL = (
    'X\tensembl\tgene\t1\t2\t.\t-\t.\tgene_id "ENSG00000310577"; gene_biotype "lncRNA";\n'
    'X\tensembl\tgene\t1\t2\t.\t-\t.\tgene_id "ENSG00000000003"; gene_version "16"; '
    'gene_name "TSPAN6"; gene_biotype "protein_coding";\n'
)
LIST = (
    "ENSG00000310577,ENSG00000310577,1,1000,lncRNA\n"
    "ENSG00000000003,TSPAN6,16,2396,protein_coding\n"
    "ERCC-00002,ERCC-00002,1,1061,synthetic\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.gtf.gz", GENCODE), ("b.gtf", ENSEMBL), ("c.csv.gz", LIST), ("d.csv", LIST)],
)
def test_tables_are_rebuilt(tmp_path: Path, monkeypatch, capsys, name: str, content: str):
    source = tmp_path / name
    source.write_bytes(
        gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    )
    monkeypatch.setattr(build_gene_tables, "FOLDER", tmp_path / "genes")
    build_gene_tables.main("human", "release-1", str(source))
    path = tmp_path / "genes" / "df_human__ensembl__release-1__Gene.parquet"
    assert pq.read_table(path).to_pylist() == ROWS
    assert capsys.readouterr().out == f"{path.name}: 2 genes, {path.stat().st_size} bytes\n"


def test_shipped_tables_are_small():
    sizes = [path.stat().st_size for path in shipped.FOLDER.iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) < 2_500_000
