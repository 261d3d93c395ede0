"""Which database a registry is asked about by the name of an instance."""

from __future__ import annotations

from lamindb.errors import InstanceNotFoundError
from lamindb.setup.connection import get_owner_name_from_identifier, not_known
from lamindb.setup.instance import find_instance
from lamindb.setup.session import settings


def check_is_connected(instance: str | None) -> None:
    """Refuse any other instance than the connected one.

    Parameters
    ----------
    instance
        `owner/name`, `name` or the URL of an instance; None and `"default"` mean the connected one.

    Raises
    ------
    InstanceNotFoundError
        It is another instance, or none that is known on this machine.
    ValueError
        The identifier has an unknown form.

    Examples
    --------
    >>> check_is_connected("anonymous/lamindb-tutorial")
    """
    if instance in (None, "default", settings.instance.slug):
        return
    owner, name = get_owner_name_from_identifier(str(instance))
    slug = f"{owner}/{name}"
    if slug == settings.instance.slug:
        return
    if find_instance(owner, name) is None:
        raise InstanceNotFoundError(not_known(slug))
    raise InstanceNotFoundError(
        f"Instance '{slug}' is not connected, '{settings.instance.slug}' is: "
        f"call ln.connect('{slug}') before you query it"
    )
