"""The registries of perturbations."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any, get_args

import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import ModuleWasntConfigured


@pytest.fixture(params=["sqlite", "postgres"])
def pt(request: pytest.FixtureRequest, in_tmp) -> Any:
    """The package, in a fresh instance that has it."""
    import lamindb.setup

    db = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    lamindb.setup.init(storage="./store", name="test", modules="bionty,pertdb", db=db)
    import pertdb

    return pertdb


def test_names(pt) -> None:
    assert dir(pt) == sorted([*pt.__all__, "__version__"])
    assert all(getattr(pt, name) is not None for name in pt.__all__)
    assert get_args(pt.GeneticPerturbationSystem)[:2] == ("control", "CRISPR-Cas9")
    assert "cytokine" in get_args(pt.BiologicType)
    with pytest.raises(AttributeError, match="has no attribute 'Perturbation'"):
        pt.Perturbation  # noqa: B018


def test_an_instance_without_the_module(run_python, in_tmp) -> None:
    code = """
import lamindb.setup
lamindb.setup.init(storage="./store", name="test", modules="bionty")
import pertdb
"""
    error = run_python(code).stderr
    assert ModuleWasntConfigured.__name__ in error
    assert "lamin settings modules set bionty,pertdb" in error


def test_all_kinds(pt) -> None:
    target = pt.PerturbationTarget(name="BCL2").save()
    compound = pt.Compound(name="Navitoclax", chembl_id="CHEMBL443684").save()
    assert compound.uid == "1qjxx7JRCuI8ib"
    compound.targets.add(target)
    guide = pt.GeneticPerturbation(name="sgBCL2", type="CRISPR-Cas9", sequence="ACGT").save()
    guide.targets.add(target)
    cytokine = pt.Biologic(name="IL-2", type="cytokine").save()
    treated = pt.CompoundPerturbation(
        name="Navitoclax 1 µM",
        compound=compound,
        concentration=1.0,
        concentration_unit="µM",
        duration=timedelta(hours=24),
    ).save()
    heat = pt.EnvironmentalPerturbation(name="heat", value=42.0, unit="°C").save()
    assert pt.CompoundPerturbation.get(treated.id).duration == timedelta(hours=24)
    assert target.compounds.one() == compound
    assert target.genetic_perturbations.one() == guide
    with pytest.raises(ValueError, match=r"\['type'\] are required"):
        pt.Biologic(name="IL-3")

    both = pt.CombinationPerturbation(name="all at once").save()
    both.genetic_perturbations.add(guide)
    both.compound_perturbations.add(treated)
    both.environmental_perturbations.add(heat)
    assert both.members.to_list() == [guide, treated, heat]

    artifact = ln.Artifact.from_dataframe(pd.DataFrame({"x": [1]}), key="x.parquet").save()
    for record, accessor in (
        (compound, "compounds"),
        (target, "perturbation_targets"),
        (guide, "genetic_perturbations"),
        (cytokine, "biologics"),
        (treated, "compound_perturbations"),
        (heat, "environmental_perturbations"),
        (both, "combination_perturbations"),
    ):
        getattr(artifact, accessor).add(record)
        assert ln.Artifact.filter(**{accessor: record}).one() == artifact
    assert ln.Artifact.filter(compounds__name="Navitoclax").one() == artifact


def test_a_compound_from_a_public_source(pt, test_data, monkeypatch) -> None:
    import bionty as bt

    monkeypatch.setenv("BIONTY_ASSETS", str(test_data / "bionty-assets"))
    monkeypatch.setenv("BIONTY_OFFLINE", "1")
    with pytest.raises(ValueError, match=r"No source record found for filter \{'entity': 'pertdb"):
        pt.Compound.import_source()
    chebi = bt.Source(entity="Drug", organism="all", name="chebi", version="2026-05-01").save()
    source = pt.Compound.add_source(chebi)
    assert (source.entity, source.name) == ("pertdb.Compound", "chebi")
    aspirin = pt.Compound.from_source(name="acetylsalicylic acid").save()
    assert aspirin.ontology_id == "CHEBI:15365"
    assert aspirin.query_parents().count() > 10


def test_features_of_perturbations(pt) -> None:
    feature = ln.Feature(name="compound", dtype=pt.Compound).save()
    assert feature._dtype_str == "cat[pertdb.Compound]"
    pt.Compound(name="a", synonyms="b").save()
    assert pt.Compound.standardize(["b"]) == ["a"]


def test_structures_need_rdkit(pt, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    message = "RDKit is not available. Please install: pip install rdkit"
    with pytest.raises(ImportError, match=message):
        pt.Compound(name="ethanol", smiles="CCO")
    with pytest.raises(ImportError, match=message):
        pt.Compound.standardize_smiles("CCO")
    assert pt.Compound.filter().count() == 0


def test_what_follows_from_a_structure(pt, capsys) -> None:
    pytest.importorskip("rdkit", reason="extra: rdkit")
    aspirin = pt.Compound(name="aspirin", smiles="CC(=O)Oc1ccccc1C(=O)[O-].[Na+]").save()
    assert aspirin.smiles == "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]"
    assert aspirin.canonical_smiles == "CC(=O)Oc1ccccc1C(=O)O"
    assert aspirin.inchikey == "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
    assert aspirin.molformula == "C9H8O4"
    assert aspirin.molweight == pytest.approx(180.16, abs=0.01)
    assert pt.Compound.standardize_smiles("C(C)O") == "CCO"
    with pytest.raises(ValueError, match="cannot parse the SMILES 'no'"):
        pt.Compound.standardize_smiles("no")
    aspirin.update_smiles("CCO")
    assert (aspirin.smiles, aspirin.molformula) == ("CCO", "C2H6O")
    capsys.readouterr()
    odd = pt.Compound(name="odd", smiles="no")
    assert (odd.smiles, odd.inchikey) == ("no", None)
    assert "! cannot parse the SMILES 'no'" in capsys.readouterr().out
