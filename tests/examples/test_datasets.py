import datetime

import numpy as np
import pandas as pd
import pytest

from lamindb.errors import CurrentInstanceNotConfigured
from lamindb.examples import datasets
from lamindb.storage.listing import list_files

GENES = ["ENSG00000153563", "ENSG00000010610", "ENSG00000170458"]
DATASET1 = {
    GENES[0]: [1, 2, 3],
    GENES[1]: [3, 4, 5],
    GENES[2]: [5, 6, 7],
    "perturbation": ["DMSO", "IFNG", "DMSO"],
    "sample_note": ["was ok", "looks naah", "pretty! 🤩"],
    "cell_type_by_expert": ["B cell", *["CD8-positive, alpha-beta T cell"] * 2],
    "cell_type_by_model": ["B cell", "T cell", "T cell"],
    "assay_oid": ["EFO:0008913"] * 3,
    "concentration": ["0.1%", "200 nM", "0.1%"],
    "treatment_time_h": [24, 24, 6],
    "donor": ["D0001", "D0002", None],
    "donor_ethnicity": [
        ["Chinese", "Singaporean Chinese"],
        ["Chinese", "Han Chinese"],
        ["Chinese"],
    ],
}
CATEGORICAL = ["perturbation", "cell_type_by_expert", "cell_type_by_model", "assay_oid"]
STUDY1 = {
    "temperature": 21.6,
    "experiment": "Experiment 1",
    "date_of_study": "2024-12-01",
    "study_note": "We had a great time performing this study and the results look compelling.",
}


class TestMiniImmuno:
    def test_dataset1(self):
        df = datasets.mini_immuno.get_dataset1()
        assert df.to_dict("list") == DATASET1
        assert df.index.tolist() == ["sample1", "sample2", "sample3"]
        assert df.attrs == STUDY1

    def test_dtypes_of_dataset1(self):
        dtypes = datasets.mini_immuno.get_dataset1().dtypes.astype(str)
        assert dtypes[dtypes == "category"].index.tolist() == CATEGORICAL
        assert dtypes[dtypes == "int64"].index.tolist() == [*GENES, "treatment_time_h"]
        assert set(dtypes) == {"category", "int64", "object"}

    @pytest.mark.parametrize(
        ("option", "column", "row", "value"),
        [
            ("with_typo", "perturbation", 1, "IFNJ"),
            ("with_wrong_subtype", "perturbation", 2, "ulabel_but_not_perturbation"),
            ("with_cell_type_synonym", "cell_type_by_expert", 0, "B-cell"),
            ("with_cell_type_typo", "cell_type_by_expert", 1, "CD8-pos alpha-beta T cell"),
        ],
    )
    def test_option_changes_one_value(self, option, column, row, value):
        df = datasets.mini_immuno.get_dataset1(**{option: True})
        expected = {name: list(values) for name, values in DATASET1.items()}
        expected[column][row] = value
        assert df.to_dict("list") == expected
        assert df[column].dtype == "category"

    @pytest.mark.parametrize(
        ("options", "genes"),
        [
            ({"gene_symbols_in_index": True}, ["CD8A", "CD4", "CD14"]),
            ({"with_gene_typo": True}, [*GENES[:2], "GeneTypo"]),
            ({"with_outdated_gene": True}, [*GENES[:2], "ENSG00000278198"]),
            (
                {"with_gene_typo": True, "gene_symbols_in_index": True},
                ["CD8A", "CD4", "GeneTypo"],
            ),
            (
                {"with_outdated_gene": True, "gene_symbols_in_index": True},
                ["CD8A", "CD4", "CD14"],
            ),
        ],
    )
    def test_names_of_genes(self, options, genes):
        df = datasets.mini_immuno.get_dataset1(**options)
        assert df.columns[:3].tolist() == genes
        adata = datasets.mini_immuno.get_dataset1(otype="AnnData", **options)
        assert adata.var_names.tolist() == genes

    def test_index_type_mismatch(self):
        df = datasets.mini_immuno.get_dataset1(with_index_type_mismatch=True)
        assert df.index.tolist() == ["sample1", "sample2", 0]

    def test_date(self):
        df = datasets.mini_immuno.get_dataset1(with_date_as_iso_string=False)
        assert df.attrs["date_of_study"] == datetime.date(2024, 12, 1)
        df = datasets.mini_immuno.get_dataset2(with_date_as_iso_string=False)
        assert df.attrs["date_of_study"] == datetime.date(2025, 2, 13)

    def test_dataset1_as_anndata(self):
        adata = datasets.mini_immuno.get_dataset1(otype="AnnData")
        assert adata.X.tolist() == [[1, 3, 5], [2, 4, 6], [3, 5, 7]]
        assert adata.X.dtype == np.int64
        assert adata.obs.columns.tolist() == list(DATASET1)[3:-1]
        assert dict(adata.uns) == STUDY1

    def test_dataset2(self):
        df = datasets.mini_immuno.get_dataset2()
        assert df.to_dict("list") == {
            "ENSG00000153563": [2, 3, 3],
            "ENSG00000010610": [3, 4, 5],
            "ENSG00000004468": [4, 2, 3],
            "perturbation": ["DMSO", "IFNG", "IFNG"],
            "cell_type_by_model": ["B cell", "T cell", "T cell"],
            "concentration": ["0.1%", "200 nM", "0.1%"],
            "treatment_time_h": [24, 24, 6],
            "donor": ["D0003", "D0003", "D0004"],
        }
        assert df.index.tolist() == ["sample4", "sample5", "sample6"]
        assert df.attrs == {
            "temperature": 22.6,
            "experiment": "Experiment 2",
            "date_of_study": "2025-02-13",
        }
        assert (df.dtypes == "category").sum() == 2

    def test_dataset2_as_anndata(self):
        adata = datasets.mini_immuno.get_dataset2(otype="AnnData", gene_symbols_in_index=True)
        assert adata.var_names.tolist() == ["CD8A", "CD4", "CD38"]
        assert adata.shape == (3, 3)
        assert adata.obs.shape == (3, 5)
        assert adata.uns["experiment"] == "Experiment 2"

    @pytest.mark.parametrize(
        "dataset",
        [
            datasets.mini_immuno.get_dataset1,
            datasets.mini_immuno.get_dataset2,
            datasets.small_dataset3_cellxgene,
        ],
    )
    def test_unknown_otype(self, dataset):
        with pytest.raises(ValueError, match="otype is 'MuData' but has to be"):
            dataset(otype="MuData")

    def test_every_call_makes_new_data(self):
        datasets.small_dataset1().attrs["temperature"] = 0
        assert datasets.small_dataset1().attrs["temperature"] == 21.6

    def test_old_names(self):
        assert datasets.small_dataset1 is datasets.mini_immuno.get_dataset1
        assert datasets.small_dataset2 is datasets.mini_immuno.get_dataset2


class TestCellxgene:
    def test_anndata(self):
        adata = datasets.small_dataset3_cellxgene()
        assert adata.X.tolist() == [[2, 3, 4], [3, 4, 2], [3, 5, 3]]
        assert adata.X.dtype == np.float32
        assert adata.obs_names.tolist() == ["barcode1", "barcode2", "barcode3"]
        assert adata.var_names.tolist() == ["ENSG00000000457", "ENSG00000000419", "ENSG00000139618"]
        assert adata.var.to_dict("list") == {"feature_is_filtered": [False] * 3}
        assert dict(adata.uns) == {"title": "CELLxGENE example"}
        assert adata.obsm["X_pca"].tolist() == [[-1.2, 0.8], [0.5, -0.3], [0.7, -0.5]]
        assert adata.raw.shape == (3, 3)
        assert adata.raw.var.columns.empty
        assert adata.obs.to_dict("list") == {
            "disease_ontology_term_id": ["MONDO:0004975", "MONDO:0004980", "MONDO:0004980"],
            "development_stage_ontology_term_id": ["unknown"] * 3,
            "sex_ontology_term_id": ["PATO:0000383", "PATO:0000384", "unknown"],
            "tissue_ontology_term_id": ["UBERON:0002048", "UBERON:0002048", "UBERON:0000948"],
            "cell_type": ["T cell", "B cell", "B cell"],
            "self_reported_ethnicity": ["South Asian"] * 3,
            "donor_id": ["-1", "1", "2"],
            "is_primary_data": [False] * 3,
            "suspension_type": ["cell"] * 3,
            "tissue_type": ["tissue"] * 3,
            "organism_ontology_term_id": ["NCBITaxon:9606"] * 3,
        }
        assert adata.obs["donor_id"].dtype == "category"

    def test_data_frame(self):
        df, uns = datasets.small_dataset3_cellxgene(otype="DataFrame")
        assert df.shape == (3, 13)
        assert uns == {"title": "CELLxGENE example"}

    def test_options(self):
        adata = datasets.small_dataset3_cellxgene(
            with_obs_defaults=True, with_var_typo=True, with_obs_typo=True, with_uns_organism=True
        )
        assert adata.var_names[0] == "invalid_ensembl_id"
        assert adata.obs["tissue_ontology_term_id"].tolist() == [
            *["UBERON:0002048XXX"] * 2,
            "UBERON:0000948",
        ]
        assert "organism_ontology_term_id" not in adata.obs
        assert adata.uns["organism_ontology_term_id"] == "NCBITaxon:9606"
        assert adata.uns["organism"] == "Homo sapiens"
        defaults = adata.obs.iloc[:, -4:]
        assert defaults.iloc[1].to_dict() == {
            "cell_type_ontology_term_id": "CL:0000236",
            "self_reported_ethnicity_ontology_term_id": "na",
            "assay_ontology_term_id": "EFO:1001982",
            "assay": "single-cell RNA sequencing",
        }

    def test_spatial(self):
        spatial = datasets.small_dataset3_cellxgene(with_uns_spatial=True).uns["spatial"]
        library = spatial["library_123"]
        assert spatial["is_single"] is True
        assert library["scalefactors"] == {
            "spot_diameter_fullres": 165.0,
            "tissue_hires_scalef": 0.5,
        }
        assert library["images"]["hires"].shape == (2000, 2000, 3)
        assert library["images"]["hires"].dtype == np.uint8

    def test_uns(self):
        uns = datasets.dict_cellxgene_uns()
        assert uns["spatial"]["library_2"]["images"]["hires"].endswith("_2.jpg")
        assert uns["spatial"]["library_1"]["scalefactors"]["tissue_hires_scalef"] == 0.177


def test_anndata_with_obs():
    adata = datasets.anndata_with_obs()
    assert adata.shape == (40, 100)
    assert adata.X.dtype == np.float32
    assert not adata.X.any()
    assert adata.obs_names[[0, -1]].tolist() == ["obs0", "obs39"]
    assert adata.obs.columns.tolist() == ["cell_type", "cell_type_id", "tissue", "disease"]
    assert adata.obs.iloc[39].tolist() == ["my new cell type", "", "brain", "Alzheimer disease"]
    assert adata.var_names[:3].tolist() == ["ENSG00000000003", "ENSG00000000005", "ENSG00000000419"]
    assert adata.var_names.is_unique


class TestFiles:
    @pytest.mark.parametrize(
        ("create", "name", "text"),
        [
            (datasets.file_fastq, "input.fastq.gz", "Mock fastq artifact."),
            (datasets.file_bam, "output.bam", "Mock bam artifact."),
            (datasets.file_mini_csv, "mini.csv", "test\n1\n2\n3\n"),
        ],
    )
    def test_mock_file(self, in_tmp, create, name, text):
        path = create()
        assert path.resolve() == in_tmp / name
        assert path.read_text() == text

    def test_mock_file_in_storage(self, instance, tmp_path):
        assert datasets.file_bam(in_storage_root=True) == tmp_path / "store" / "output.bam"
        assert (tmp_path / "store" / "output.bam").exists()

    def test_no_storage(self, in_tmp):
        with pytest.raises(CurrentInstanceNotConfigured):
            datasets.file_bam(in_storage_root=True)
        assert list(in_tmp.iterdir()) == []

    def test_mini_csv_is_a_table(self, in_tmp):
        assert pd.read_csv(datasets.file_mini_csv()).to_dict("list") == {"test": [1, 2, 3]}

    def test_cellranger(self, tmp_path):
        folder = datasets.dir_scrnaseq_cellranger("sample1", tmp_path)
        assert folder == tmp_path / "sample1"
        files = list_files(folder)
        assert len(files) == 15
        assert {file.size for file in files} == {6}
        assert {"web_summary.html", "raw_feature_bc_matrix/matrix.mtx.gz"} < {f.key for f in files}
        assert len({(folder / file.key).read_text() for file in files}) > 1
        assert len(list(tmp_path.iterdir())) == 1
        datasets.dir_scrnaseq_cellranger("sample1", str(tmp_path), output_only=False)
        assert (tmp_path / "fastq" / "sample1_R2_001.fastq.gz").exists()


class TestIris:
    def test_in_centimeters(self):
        df = datasets.df_iris()
        assert df.columns.tolist() == [
            "sepal length (cm)",
            "sepal width (cm)",
            "petal length (cm)",
            "petal width (cm)",
            "target",
        ]
        assert df.target.value_counts().to_dict() == {0: 50, 1: 50, 2: 50}
        # the means that Fisher's paper gives
        means = df.groupby("target").mean().round(3)
        assert means.loc[0].tolist() == [5.006, 3.428, 1.462, 0.246]
        assert means.loc[1].tolist() == [5.936, 2.77, 4.26, 1.326]
        assert means.loc[2].tolist() == [6.588, 2.974, 5.552, 2.026]

    def test_in_meters(self):
        df = datasets.df_iris_in_meter()
        assert df.columns.tolist() == [
            "sepal_length",
            "sepal_width",
            "petal_length",
            "petal_width",
            "iris_organism_name",
        ]
        assert df.iloc[0, :4].tolist() == pytest.approx([0.051, 0.035, 0.014, 0.002])
        assert df.iris_organism_name.unique().tolist() == ["setosa", "versicolor", "virginica"]
        both = [datasets.df_iris_in_meter_study1(), datasets.df_iris_in_meter_study2()]
        assert [len(one) for one in both] == [75, 75]
        pd.testing.assert_frame_equal(pd.concat(both), df)

    def test_images_are_not_accessed(self):
        assert str(datasets.dir_iris_images()) == "s3://lamindata/iris_studies"


def test_titles():
    titles = datasets.fake_bio_notebook_titles(30)
    assert len(titles) == 30
    assert all(title.endswith(".") and title[0].isupper() for title in titles)
    assert len(set(titles)) > 20
    assert len(datasets.fake_bio_notebook_titles()) == 100


def test_names_are_complete_and_lazy(run_python):
    for name in datasets.__all__:
        assert getattr(datasets, name) is not None
    assert dir(datasets) == datasets.__all__
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = datasets.missing
    code = """
import sys
import lamindb.examples
lamindb.examples.datasets.small_dataset1, lamindb.examples.datasets.df_iris
print(sorted({"pandas", "numpy", "anndata", "upath", "django"} & set(sys.modules)))
"""
    assert run_python(code).stdout.splitlines()[-1] == "[]"
