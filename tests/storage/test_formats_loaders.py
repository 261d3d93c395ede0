"""Every loader reads a file that another program wrote."""

import gzip
import json
import struct
import tarfile
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lamindb.core import loaders
from lamindb.storage.formats import load_to_memory

TEXT = "größe 🤩"


def adata():
    obs = pd.DataFrame({"cell_type": ["T", "B", "T"]}, index=["c1", "c2", "c3"])
    return ad.AnnData(np.ones((3, 2), dtype="float32"), obs=obs)


def write_csv(path):
    path.write_text("a,c\n1,x\n2,y\n")


def write_tsv(path):
    path.write_text("a\tc\n1\tx\n2\ty\n")


def write_h5ad(path):
    adata().write_h5ad(path)


def compressed(write):
    """A function that writes the same content into a gzip file, or into an archive."""

    def write_compressed(path):
        plain = path.with_name("plain")
        write(plain)
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path, "w:gz") as archive:
                archive.add(plain, "content")
        else:
            path.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()

    return write_compressed


def write_parquet(path):
    pq.write_table(pa.table({"a": [1, 2], "c": ["x", "y"]}), path)


def write_zarr(version):
    def write(path):
        with ad.settings.override(zarr_write_format=version):
            adata().write_zarr(path)

    return write


def write_mudata_zarr(version):
    def write(path):
        mudata = pytest.importorskip("mudata", reason="mudata is not installed")
        with ad.settings.override(zarr_write_format=version):
            mudata.MuData({"rna": adata()}).write_zarr(path)

    return write


def write_h5mu(path):
    mudata = pytest.importorskip("mudata", reason="mudata is not installed")
    mudata.MuData({"rna": adata()}).write_h5mu(path)


def write_fcs(path):
    """Two channels, three cells; https://doi.org/10.1002/cyto.a.20825."""
    pytest.importorskip("readfcs", reason="readfcs is not installed")
    data = struct.pack("<6f", 1, 2, 3, 4, 5, 6)
    keywords = {"$BYTEORD": "1,2,3,4", "$DATATYPE": "F", "$MODE": "L", "$NEXTDATA": 0}
    keywords |= {"$PAR": 2, "$TOT": 3, "$BEGINSTEXT": 0, "$ENDSTEXT": 0}
    keywords |= {"$BEGINANALYSIS": 0, "$ENDANALYSIS": 0}
    for number, name in [(1, "FSC-A"), (2, "CD4")]:
        values = {"B": 32, "E": "0,0", "N": name, "R": 1024, "S": name}
        keywords |= {f"$P{number}{letter}": value for letter, value in values.items()}

    def text(first, last):
        items = {**keywords, "$BEGINDATA": f"{first:08}", "$ENDDATA": f"{last:08}"}
        return ("/" + "/".join(f"{name}/{value}" for name, value in items.items()) + "/").encode()

    first = 58 + len(text(0, 0))
    last = first + len(data) - 1
    offsets = b"".join(b"%8d" % number for number in (58, first - 1, first, last, 0, 0))
    path.write_bytes(b"FCS3.0    " + offsets + text(first, last) + data)


def write_json(path):
    path.write_text(json.dumps({"a": [1, TEXT]}, ensure_ascii=False), encoding="utf-8")


def write_yaml(path):
    path.write_text(f"a:\n- 1\n- {TEXT}\n", encoding="utf-8")


def write_text(path):
    path.write_text(TEXT, encoding="utf-8")


def is_table(loaded):
    return loaded.to_dict("list") == {"a": [1, 2], "c": ["x", "y"]}


def is_adata(loaded):
    return isinstance(loaded, ad.AnnData) and loaded.obs_names.tolist() == ["c1", "c2", "c3"]


def is_mudata(loaded):
    return type(loaded).__name__ == "MuData" and loaded["rna"].shape == (3, 2)


def is_cytometry(loaded):
    return loaded.var_names.tolist() == ["FSC-A", "CD4"] and loaded.X.tolist()[2] == [5, 6]


def is_structure(loaded):
    return loaded == {"a": [1, TEXT]}


def is_text(loaded):
    return loaded == TEXT


def is_path(loaded):
    return isinstance(loaded, Path) and loaded.read_text(encoding="utf-8") == TEXT


CASES = [
    ("a.csv", write_csv, is_table),
    ("a.csv.gz", compressed(write_csv), is_table),
    ("a.csv.tar.gz", compressed(write_csv), is_table),
    ("a.tsv", write_tsv, is_table),
    ("a.tsv.gz", compressed(write_tsv), is_table),
    ("a.tsv.tar.gz", compressed(write_tsv), is_table),
    ("a.parquet", write_parquet, is_table),
    ("a.h5ad", write_h5ad, is_adata),
    ("a.h5ad.gz", compressed(write_h5ad), is_adata),
    ("a.h5ad.tar.gz", compressed(write_h5ad), is_adata),
    ("v2.zarr", write_zarr(2), is_adata),
    ("v3.zarr", write_zarr(3), is_adata),
    ("v2.anndata.zarr", write_zarr(2), is_adata),
    ("v3.anndata.zarr", write_zarr(3), is_adata),
    ("v2.mudata.zarr", write_mudata_zarr(2), is_mudata),
    ("v3.mudata.zarr", write_mudata_zarr(3), is_mudata),
    ("a.h5mu", write_h5mu, is_mudata),
    ("a.fcs", write_fcs, is_cytometry),
    ("a.json", write_json, is_structure),
    ("a.vitessce.json", write_json, is_structure),
    ("a.yaml", write_yaml, is_structure),
    ("a.yml", write_yaml, is_structure),
    ("a.txt", write_text, is_text),
    ("a.fasta", write_text, is_text),
    ("a.html", write_text, is_path),
    ("a.jpg", write_text, is_path),
    ("a.jpeg", write_text, is_path),
    ("a.png", write_text, is_path),
    ("a.gif", write_text, is_path),
    ("a.svg", write_text, is_path),
    ("a.rds", write_text, is_path),
    ("A.V1.CSV", write_csv, is_table),
]


@pytest.mark.parametrize(("name", "write", "is_right"), CASES, ids=[case[0] for case in CASES])
def test_loader(tmp_path, name, write, is_right):
    path = tmp_path / name
    write(path)
    suffix = ".zarr" if name.endswith(".mudata.zarr") else f".{name.lower().partition('.')[2]}"
    loader = loaders.FILE_LOADERS.get(suffix, loaders.load_csv)
    for loaded in (load_to_memory(path), load_to_memory(str(path)), loader(path)):
        assert is_right(loaded)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_every_loader_is_tested():
    assert {f".{name.partition('.')[2]}" for name, _, _ in CASES} >= set(loaders.FILE_LOADERS)


def test_compressed_files_leave_no_temporary(tmp_path, settings_dir):
    compressed(write_h5ad)(tmp_path / "a.h5ad.gz")
    assert is_adata(load_to_memory(tmp_path / "a.h5ad.gz"))
    temporaries = settings_dir.parent / "cache" / "tmp"
    assert list(temporaries.iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "options", "expected"),
    [
        (".csv", {"usecols": ["c"]}, ["c"]),
        (".tsv", {"nrows": 1}, ["a", "c"]),
        (".parquet", {"columns": ["a"]}, ["a"]),
    ],
)
def test_options_go_to_the_library(tmp_path, suffix, options, expected):
    path = tmp_path / f"a{suffix}"
    {".csv": write_csv, ".tsv": write_tsv, ".parquet": write_parquet}[suffix](path)
    assert load_to_memory(path, **options).columns.tolist() == expected


def test_categories_and_index_survive_in_parquet(tmp_path):
    df = pd.DataFrame(
        {"c": pd.Categorical(["x", "y"], ["y", "x", "z"], ordered=True)},
        index=pd.Index(["r", "s"], name="row"),
    )
    df.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(load_to_memory(tmp_path / "a.parquet"), df)


@pytest.mark.parametrize("name", ["a.png", "a.html", "a.svg"])
def test_display_in_ipython(tmp_path, run_python, name):
    pytest.importorskip("IPython", reason="extra: IPython is not installed")
    content = {
        "a.png": bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        ),
        "a.html": b"<p>page</p>",
        "a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    }[name]
    (tmp_path / name).write_bytes(content)
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
InteractiveShell.instance()
from lamindb.storage.formats import load_to_memory
with capture_output() as captured:
    returned = load_to_memory({str(tmp_path / name)!r})
print(returned, sorted(captured.outputs[0].data))
"""
    result = run_python(code)
    mime_type = {"a.png": "image/png", "a.html": "text/html", "a.svg": "image/svg+xml"}[name]
    assert result.stdout.startswith("None ["), result.stderr
    assert mime_type in result.stdout
