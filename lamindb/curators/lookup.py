"""`curator.cat.lookup()`: valid records by feature, for auto-completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.text import did_you_mean
from lamindb.models.lookup import Lookup, lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamindb.models.annotate.resolve import Vocabulary

    from .categoricals import CatVector


class CatLookup:
    """Valid records by feature: as attributes, and as items.

    Parameters
    ----------
    vectors
        Terms by key.
    public
        Look up terms of the public source, where the registry has one.

    Examples
    --------
    >>> lookup = curator.cat.lookup()
    >>> lookup.cell_type.b_cell, lookup["cell type"].b_cell
    """

    def __init__(self, vectors: Mapping[str, CatVector], public: bool = False) -> None:
        self._vectors = vectors
        self._public = public

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.__dict__.get("_vectors", ()):
            known = list(self.__dict__.get("_vectors", ()))
            raise AttributeError(
                f"no categorical '{name}' to look up, there are: "
                f"{', '.join(map(repr, known)) or 'none'}.{did_you_mean(name, known)}"
            )
        return records_of(self._vectors[name].vocabularies, self._public)

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self._vectors if name.isidentifier())]

    def __repr__(self) -> str:
        where = "public source" if self._public else "registry"
        names = "\n".join(f"  .{n}" if n.isidentifier() else f"  ['{n}']" for n in self._vectors)
        return f"Terms of the {where} for:\n{names}" if names else "no categoricals to look up"


def records_of(vocabularies: list[Vocabulary], public: bool) -> Any:
    """Records that a dtype allows; those of a union in the order of its alternatives."""
    found = [lookup_of(vocabulary, public) for vocabulary in vocabularies]
    if len(found) == 1:
        return found[0]
    by_term: dict[Any, Any] = {}
    for one in reversed(found):
        by_term |= one.dict()
    return Lookup(list(by_term), list(by_term.values()))


def lookup_of(vocabulary: Vocabulary, public: bool) -> Any:
    """Records of one alternative, or terms of its public source."""
    column = vocabulary.column.name
    if public and hasattr(vocabulary.registry, "public"):
        return vocabulary.registry.public().lookup(field=column)
    return lookup(vocabulary.rows, column)
