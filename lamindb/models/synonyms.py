"""Synonyms and abbreviations of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.text import listed
from lamindb.errors import ValidationError

from .construction import check_lengths
from .curated_values import curated_field
from .curation import equal
from .registry_fields import name_field
from .similar_terms import SYNONYM_SEPARATOR, find_similar

if TYPE_CHECKING:
    from lamindb.base.types import ListLike


class HasSynonyms:
    """Methods for registries with a field `synonyms`: names separated by `|`."""

    synonyms: str | None

    def add_synonym(
        self, synonym: str | ListLike, force: bool = False, save: bool | None = None
    ) -> None:
        """Add synonyms behind those that the record has.

        Parameters
        ----------
        synonym
            One or several; none is fine.
        force
            Add them even if they are synonyms or names of other records.
        save
            Write the record to the database; by default if it is saved already.

        Raises
        ------
        ValidationError
            A synonym contains `|`, or belongs to another record. The record is unchanged.

        Examples
        --------
        >>> bt.CellType.get(name="T cell").add_synonym(["T-lymphocyte", "T lymphocyte"])
        """
        own = split_synonyms(self.synonyms)
        new = [s for s in as_synonyms(synonym) if s not in own]
        if not new:
            return
        if not force:
            refuse_taken(self, new)
        set_and_save(self, save, synonyms=join_synonyms([*own, *new]))

    def remove_synonym(self, synonym: str | ListLike) -> None:
        """Remove synonyms; what is no synonym of the record is ignored.

        Parameters
        ----------
        synonym
            One or several.

        Raises
        ------
        ValidationError
            A synonym contains `|`.

        Examples
        --------
        >>> bt.CellType.get(name="T cell").remove_synonym("T-lymphocyte")
        """
        own = split_synonyms(self.synonyms)
        removed = as_synonyms(synonym)
        kept = [s for s in own if s not in removed]
        if kept != own:
            set_and_save(self, None, synonyms=join_synonyms(kept))


class HasAbbr:
    """Methods for registries with a field `abbr`."""

    abbr: str | None

    def set_abbr(self, value: str) -> None:
        """Set the abbreviation, which also becomes a synonym where the registry has synonyms.

        Parameters
        ----------
        value
            At most 32 characters.

        Raises
        ------
        ValidationError
            The value is empty, contains `|`, or is a synonym or name of another record. The record
            is unchanged.
        FieldValidationError
            The value is too long. The record is unchanged.
        IntegrityError
            Another record has the abbreviation. The record is unchanged.

        Examples
        --------
        >>> bt.CellType.get(name="T cell").set_abbr("TC")
        """
        if not isinstance(value, str) or not value:
            raise ValidationError(f"an abbreviation has to be a non-empty string, not {value!r}")
        changes: dict[str, str | None] = {"abbr": value}
        if isinstance(self, HasSynonyms):
            own = split_synonyms(self.synonyms)
            new = [s for s in as_synonyms(value) if s not in own and s != name_of(self)]
            if new:
                refuse_taken(self, new)
                changes["synonyms"] = join_synonyms([*own, *new])
        set_and_save(self, None, **changes)


def name_of(record: Any) -> str | None:
    """Value of the name field."""
    registry: Any = type(record)
    field = name_field(registry)
    return getattr(record, field) if field else None


def split_synonyms(joined: str | None) -> list[str]:
    """Synonyms of a record, in order."""
    return joined.split(SYNONYM_SEPARATOR) if joined else []


def join_synonyms(synonyms: list[str]) -> str | None:
    """Synonyms as they are stored; None if there are none."""
    return SYNONYM_SEPARATOR.join(synonyms) or None


def as_synonyms(synonym: Any) -> list[str]:
    """One or several synonyms as a list: each once, empty ones left out.

    Raises
    ------
    ValidationError
        A synonym is no text or contains the separator.
    """
    given = [synonym] if synonym is None or isinstance(synonym, str) else list(synonym)
    synonyms = list(dict.fromkeys(s for s in given if s is not None and s != ""))
    for text in synonyms:
        if not isinstance(text, str):
            raise ValidationError(f"a synonym has to be a string, not {text!r}")
        if SYNONYM_SEPARATOR in text:
            raise ValidationError(f"a synonym can't contain '|'! Pass a list instead of '{text}'")
    return synonyms


def refuse_taken(record: Any, synonyms: list[str]) -> None:
    """Refuse what is a synonym or the name of another record.

    Raises
    ------
    ValidationError
        Lists the synonyms and the other records; a table of these is logged.
    """
    registry: Any = type(record)
    column = curated_field(registry)
    others = registry.filter().exclude(pk=record.pk)
    holders = find_similar(
        others,
        column,
        synonyms,
        result="pk",
        synonyms=curated_field(registry, "synonyms"),
        case_sensitive=True,
    ).synonyms
    ids = {pk for pks in holders.values() for pk in pks}
    ids |= set(equal(others, column, synonyms).values_list("pk", flat=True))
    if not ids:
        return
    frame = others.filter(pk__in=ids).to_dataframe(limit=None, order_by="id")
    names = list(frame[column.name])
    taken = [synonym for synonym in synonyms if synonym in holders or synonym in names]
    problem = f"input synonyms {taken} already associated with the following records:"
    logger.error(f"{problem}\n{frame[['uid', column.name, 'synonyms']].to_string(index=False)}")
    raise ValidationError(
        f"{problem} {listed(names)}; leave them out, or pass force=True to add them anyway"
    )


def set_and_save(record: Any, save: bool | None, **values: str | None) -> None:
    """Set fields and write them; if anything is wrong, the record stays as it was."""
    before = {name: getattr(record, name) for name in values}
    is_new = record._state.adding
    try:
        for name, value in values.items():
            setattr(record, name, value)
        check_lengths(record)
        if save or (save is None and not is_new):
            record.save(**({} if is_new else {"update_fields": list(values)}))
    except Exception:
        for name, value in before.items():
            setattr(record, name, value)
        raise
