"""Chemical structures: what follows from a SMILES, computed by RDKit."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lamindb.base.log import logger
from lamindb.errors import InvalidArgument

__all__ = ["DERIVED", "derived_values", "standardized_smiles"]

DERIVED = ("canonical_smiles", "inchikey", "molweight", "molformula")
"""Fields of a compound that follow from its SMILES."""


def rdkit(module: str) -> Any:
    """Module of RDKit.

    Raises
    ------
    ImportError
        It is not installed.
    """
    try:
        return import_module(f"rdkit.{module}")
    except ModuleNotFoundError as error:
        raise ImportError(
            "RDKit is not available. Please install: pip install rdkit", name="rdkit"
        ) from error


def standardized_molecule(smiles: str) -> Any:
    """Cleaned, neutral parent molecule in its canonical tautomer.

    Raises
    ------
    InvalidArgument
        The SMILES cannot be parsed; it is a `ValueError`.
    ImportError
        RDKit is not installed.
    """
    chem, standardize = rdkit("Chem"), rdkit("Chem.MolStandardize.rdMolStandardize")
    with rdkit("rdBase").BlockLogs():
        molecule = chem.MolFromSmiles(smiles) if isinstance(smiles, str) and smiles else None
        if molecule is None:
            raise InvalidArgument(f"cannot parse the SMILES {smiles!r}")
        parent = standardize.FragmentParent(standardize.Cleanup(molecule))
        neutral = standardize.Uncharger().uncharge(parent)
        return standardize.TautomerEnumerator().Canonicalize(neutral)


def standardized_smiles(smiles: str) -> str:
    """Canonical SMILES; see `Compound.standardize_smiles`."""
    return str(rdkit("Chem").MolToSmiles(standardized_molecule(smiles)))


def derived_values(smiles: str) -> dict[str, Any]:
    """Values of a compound that follow from its SMILES; None for each if it cannot be parsed.

    Raises
    ------
    ImportError
        RDKit is not installed.
    """
    try:
        molecule = standardized_molecule(smiles)
    except InvalidArgument as error:
        logger.warning(f"{error}: {', '.join(DERIVED)} stay empty")
        return dict.fromkeys(DERIVED)
    values = (
        rdkit("Chem").MolToSmiles(molecule),
        rdkit("Chem").MolToInchiKey(molecule),
        rdkit("Chem.Descriptors").MolWt(molecule),
        rdkit("Chem.rdMolDescriptors").CalcMolFormula(molecule),
    )
    return dict(zip(DERIVED, values, strict=True))
