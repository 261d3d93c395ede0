"""The organism that is meant where none is passed, and the error if there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamindb.errors import LaminError
from lamindb.setup.session import after_switch

if TYPE_CHECKING:
    from bionty.models import Organism

__all__ = ["OrganismNotSet"]


class OrganismNotSet(LaminError, ValueError):
    """An organism is needed, but it was neither passed nor set, or it is unknown.

    Examples
    --------
    >>> bt.Gene.from_source(symbol="TCF7", organism="human")
    >>> bt.settings.organism = "human"
    """


@dataclass
class DefaultOrganism:
    """Organism of this process; it belongs to the connected instance."""

    organism: Organism | None = None

    def forget(self) -> None:
        """Set none."""
        self.organism = None


default = DefaultOrganism()
after_switch.append(default.forget)
