"""`bt.settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bionty._organism import OrganismNotSet, default
from bionty.models.organisms import find_or_create_organism
from lamindb.errors import DoesNotExist

if TYPE_CHECKING:
    from bionty.models import Organism


class Settings:
    """Settings of bionty for this process; none is written to disk.

    Examples
    --------
    >>> bt.settings.organism = "human"
    >>> bt.settings.organism.scientific_name
    'Homo sapiens'
    """

    @property
    def organism(self) -> Organism | None:
        """Organism of genes, proteins and cell markers where none is passed; None at first.

        Set it to a name, which is looked up and saved, to a record, or to None.

        Raises
        ------
        DoesNotExist
            There is no organism of this name; the old value stays.
        TypeError
            It is neither a name nor an organism.
        """
        return default.organism

    @organism.setter
    def organism(self, value: str | Organism | None) -> None:
        if value is None:
            default.forget()
            return
        try:
            default.organism = find_or_create_organism(value)
        except OrganismNotSet as error:
            raise DoesNotExist(str(error)) from error

    def __repr__(self) -> str:
        organism = self.organism
        return f"Settings(organism={organism.name if organism else None!r})"


settings = Settings()
