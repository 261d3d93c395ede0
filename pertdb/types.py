"""Values that people use for the types of perturbations; no database enforces them."""

from __future__ import annotations

from typing import Literal

__all__ = ["BiologicType", "GeneticPerturbationSystem"]

GeneticPerturbationSystem = Literal[
    "control",
    "CRISPR-Cas9",
    "CRISPR-Cas13",
    "CRISPRi",
    "CRISPRa",
    "overexpression",
    "mutant overexpression",
    "shRNA",
    "siRNA",
    "transgene",
    "transient-transfection",
]

BiologicType = Literal[
    "control",
    "protein",
    "peptide",
    "antibody",
    "enzyme",
    "growth-factor",
    "cytokine",
    "hormone",
    "vaccine",
    "oligonucleotide",
    "co-culture",
    "ligand",
]
