"""The calls that error texts tell users to make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Calls:
    """Calls for one vector of terms.

    Attributes
    ----------
    key
        Name of the feature, or `columns`, `keys`, `index`, `var_index`.
    slot
        Slot of a composite dataset.
    """

    key: str
    slot: str | None = None

    @property
    def manager(self) -> str:
        """How to reach the terms."""
        return "curator.cat" if self.slot is None else f"curator.slots['{self.slot}'].cat"

    @property
    def add_new(self) -> str:
        """Call that creates records."""
        return f"{self.manager}.add_new_from('{self.key}')"

    @property
    def standardize(self) -> str:
        """Call that replaces synonyms."""
        return f'{self.manager}.standardize("{self.key}")'
