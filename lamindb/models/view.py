"""`ln.view()`: the latest records of all registries that have any."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db.models import Exists

from lamindb.base.log import colors, logger
from lamindb.base.text import did_you_mean
from lamindb.setup.session import require_instance, settings

from .branch import Branch
from .current import MAIN_BRANCH_ID
from .feature import Feature
from .registry_fields import INTERNAL_KINDS
from .sqlrecord import SQLRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from .query_set import QuerySet
    from .sqlrecord import Registry

CORE = "core"
"""How the module `lamindb` is called here."""


def view(
    *,
    limit: int = 7,
    modules: str | list[str] | None = None,
    registries: str | list[str] | None = None,
    df: pd.DataFrame | None = None,
) -> None:
    """Show the latest records of all registries that have any.

    Parameters
    ----------
    limit
        Number of records per registry.
    modules
        Names of modules: `"core"`, `"bionty"`, …; default: all modules of the instance.
    registries
        Names of registries; default: all.
    df
        Show this data frame instead, with the dtypes of the features that its columns are.

    Examples
    --------
    >>> ln.view(limit=2, registries=["Artifact", "ULabel"])
    """
    require_instance()
    if df is not None:
        show_frame(with_dtypes(df))
        return
    chosen = choose_modules(as_list(modules))
    shown = choose_registries(chosen, as_list(registries))
    filled = non_empty([registry for members in shown.values() for registry in members])
    for module, members in shown.items():
        to_show = [registry for registry in members if registry in filled]
        if len(chosen) > 1 and to_show:
            show_banner(module)
        for registry in to_show:
            logger.print(colors.bold(registry.__name__))
            show_frame(registry.to_dataframe(limit=limit))


def as_list(names: str | Iterable[str] | None) -> list[str]:
    """One name, several or none as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def choose_modules(asked_for: list[str]) -> list[str]:
    """Modules in the order of the instance; unknown ones are left out with a warning."""
    available = [CORE, *settings.instance.modules_in_order]
    asked_for = [CORE if name == "lamindb" else name for name in asked_for]
    for name in asked_for:
        if name not in available:
            logger.warning(
                f"ignoring module '{name}': this instance has {', '.join(available)}."
                f"{did_you_mean(name, available)}"
            )
    return [name for name in available if not asked_for or name in asked_for]


def choose_registries(modules: list[str], asked_for: list[str]) -> dict[str, list[Registry]]:
    """Registries per module by name; those nobody browses (users, branches, links) left out."""
    by_module: dict[str, list[Registry]] = {}
    for module in modules:
        models = apps.get_app_config("lamindb" if module == CORE else module).get_models()
        members = [cast("Registry", m) for m in models if issubclass(m, SQLRecord)]
        by_module[module] = sorted(members, key=lambda registry: registry.__name__)
    available = [registry.__name__ for members in by_module.values() for registry in members]
    for name in asked_for:
        if name not in available:
            logger.warning(f"ignoring unknown registry '{name}'.{did_you_mean(name, available)}")
    return {
        module: [r for r in members if not asked_for or r.__name__ in asked_for]
        for module, members in by_module.items()
    }


def non_empty(registries: list[Registry]) -> set[Registry]:
    """Registries that have visible records, found in one query."""
    if not registries:
        return set()
    # any table with exactly one row that fits will do to ask a question without a table
    question = Branch.objects.filter(pk=MAIN_BRANCH_ID)
    answers = question.values_list(*(Exists(listed_records(registry)) for registry in registries))
    return {r for r, is_filled in zip(registries, answers.get(), strict=True) if is_filled}


def listed_records(registry: Registry) -> QuerySet:
    """Records that a data frame of the registry lists."""
    visible = registry.filter()
    if registry.__name__ == "Artifact":
        return visible.exclude(kind__startswith=INTERNAL_KINDS)
    return visible


def show_banner(module: str) -> None:
    """Name of a module between lines of stars."""
    title = f"* module: {module} *"
    stars = "*" * len(title)
    logger.print(f"{stars}\n{title}\n{stars}")


def show_frame(frame: pd.DataFrame) -> None:
    """A data frame as a notebook or a terminal shows it."""
    if type(sys.stdout).__module__.startswith("ipykernel"):
        from IPython.display import display

        display(frame)
    else:
        logger.print(repr(frame))


def with_dtypes(frame: pd.DataFrame) -> pd.DataFrame:
    """Data frame with a second line of column titles: the dtypes of features of these names."""
    import pandas as pd

    names: list[Any] = list(frame.columns)
    features = Feature.filter(name__in=[str(name) for name in names])
    dtypes = dict(features.values_list("name", "_dtype_str"))
    titles = [(str(name), dtypes.get(str(name)) or "") for name in names]
    return frame.set_axis(pd.MultiIndex.from_tuples(titles, names=[None, None]), axis="columns")
