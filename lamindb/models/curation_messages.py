"""What curation tells the user: how much is validated, and which call helps with the rest."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from lamindb.base.log import logger
from lamindb.base.text import listed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .curated_values import CuratedValues
    from .sqlrecord import Registry


def quiet(mute: bool) -> AbstractContextManager[None]:
    """No messages but errors, if muted."""
    return logger.mute() if mute else nullcontext()


def percentage(part: int, whole: int) -> float:
    """Percentage with one decimal."""
    return round(100 * part / whole, 1) if whole else 0.0


def counted(number: int, noun: str) -> str:
    """Number and noun, the noun in plural unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def say_empty(registry: Registry) -> None:
    """Log that there is nothing to compare with."""
    logger.warning(f"Your {registry.__name__} registry is empty, consider populating it first!")
    if hasattr(registry, "import_source"):
        logger.important(
            "use `.import_source()` to import records from a source, e.g. a public ontology"
        )


def say_ignored(curated: CuratedValues) -> None:
    """Log how many values are looked up and how many are not."""
    n = curated.n_ignored
    if n:
        logger.warning(
            f"received {counted(len(curated.distinct), 'unique term')}, "
            f"{counted(n, 'empty/duplicated term')} {'is' if n == 1 else 'are'} ignored"
        )


def say_validated(distinct: list[Any], known: set[Any], field: str) -> None:
    """Log how many terms are validated, and which are not."""
    rest = [value for value in distinct if value not in known]
    n_known = len(distinct) - len(rest)
    for n, verdict, log in (
        (n_known, f"validated for {field}", logger.success),
        (len(rest), f"not validated for {field}: {listed(rest)}", logger.warning),
    ):
        if n:
            share = f"{percentage(n, len(distinct)):.2f}%"
            log(f"{counted(n, 'unique term')} ({share}) {'is' if n == 1 else 'are'} {verdict}")


def say_what_to_do(
    registry: Registry,
    field: str,
    mapper: dict[Any, Any],
    rest: list[Any],
    in_public: set[Any],
    meant_in_public: dict[Any, Any],
) -> None:
    """Log what non-validated terms might be, with the call that helps."""
    name = registry.__name__
    found = [value for value in rest if value in in_public]
    unknown = [value for value in rest if value not in in_public and value not in meant_in_public]
    if mapper:
        n = counted(len(mapper), f"{name} term")
        logger.print(f"   detected {n} with inconsistent casing/synonyms: {listed(mapper)}")
        logger.important(" standardize terms via .standardize()")
    if found:
        n = counted(len(found), f"{name} term")
        logger.print(f"   detected {n} in public source for {field}: {listed(found)}")
    if meant_in_public:
        n = counted(len(meant_in_public), f"{name} term")
        logger.print(
            f"   detected {n} in public source with inconsistent casing/synonyms: "
            f"{listed(meant_in_public)}"
        )
    if found or meant_in_public:
        logger.important(
            f" add records from public source to your {name} registry via .from_values()"
        )
    if unknown:
        logger.print(f"   couldn't validate {counted(len(unknown), 'term')}: {listed(unknown)}")
        logger.important(
            f" if you are sure, create new records via {name}() and save to your registry"
        )


def say_standardized(
    registry: Registry, distinct: list[Any], changed: dict[Any, Any], in_public: list[Any]
) -> None:
    """Log how many terms changed, and for which of them a record is missing."""
    if changed:
        logger.important_hint(f"standardized {len(changed)}/{counted(len(distinct), 'term')}")
    if in_public:
        logger.warning(
            f"found {counted(len(in_public), 'synonym')} in public source: {in_public}\n"
            f"  please add corresponding {registry.__name__} records via: "
            f"`.from_values({list(dict.fromkeys(changed[v] for v in in_public))})`"
        )
