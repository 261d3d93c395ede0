"""The registry `Compound`."""

from __future__ import annotations

from typing import Any

from django.db.models import ManyToManyField

from bionty.models import BioRecord, HasOntologyId
from lamindb.base.fields import CharField, FloatField, TextField
from lamindb.models import TracksRun, TracksUpdates

from ..structures import DERIVED, derived_values, standardized_smiles


class Compound(BioRecord, HasOntologyId, TracksRun, TracksUpdates):
    """Small molecules; their structure, a SMILES, determines further values.

    Examples
    --------
    >>> compound = pt.Compound(name="aspirin", smiles="CC(=O)OC1=CC=CC=C1C(=O)O").save()
    >>> compound.molformula
    'C9H8O4'
    >>> artifact.compounds.add(compound)
    """

    name: str = TextField(default=None, db_index=True)
    type: str | None = CharField(max_length=32, null=True, default=None, db_index=True)
    chembl_id: str | None = CharField(max_length=32, null=True, default=None, db_index=True)
    smiles: str | None = TextField(null=True, default=None, db_index=True)
    canonical_smiles: str | None = TextField(null=True, default=None, db_index=True)
    inchikey: str | None = TextField(null=True, default=None, db_index=True)
    molweight: float | None = FloatField(null=True, default=None, db_index=True)
    molformula: str | None = TextField(null=True, default=None, db_index=True)
    moa: str | None = TextField(null=True, default=None, db_index=True)

    # relations
    parents = ManyToManyField("self", symmetrical=False, related_name="children")
    targets = ManyToManyField("PerturbationTarget", related_name="compounds")
    artifacts = ManyToManyField(
        "lamindb.Artifact", through="ArtifactCompound", related_name="compounds"
    )

    class Meta(BioRecord.Meta, HasOntologyId.Meta):
        abstract = False
        db_table = "wetlab_compound"

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if kwargs.get("smiles"):
            derived = derived_values(kwargs["smiles"])
            kwargs = {**derived, **kwargs}
        super()._construct(args, kwargs)

    def update_smiles(self, new_smiles: str) -> None:
        """Set another structure, and everything that follows from it; save the record afterwards.

        Parameters
        ----------
        new_smiles
            Structure as SMILES. If it cannot be parsed, what follows from it is unset.

        Raises
        ------
        ImportError
            RDKit is not installed.

        Examples
        --------
        >>> compound.update_smiles("CCO")
        >>> compound.save()
        """
        derived = derived_values(new_smiles)
        self.smiles = new_smiles
        for name in DERIVED:
            setattr(self, name, derived[name])

    @staticmethod
    def standardize_smiles(smiles: str) -> str:
        """Get the canonical form of a structure: the neutral parent in its canonical tautomer.

        Parameters
        ----------
        smiles
            Structure as SMILES.

        Raises
        ------
        ValueError
            It cannot be parsed.
        ImportError
            RDKit is not installed.

        Examples
        --------
        >>> pt.Compound.standardize_smiles("C(C)O")
        'CCO'
        """
        return standardized_smiles(smiles)
