"""Identity of schemas: a hash of everything that validation depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.base.hashing import hash_string

if TYPE_CHECKING:
    from collections.abc import Iterable

FIXED_UIDS = {
    "kMi7B_N88uu-YnbTLDU-DA": "0000000000000000",
    "1gocc_TJ1RU2bMwDRK-WUA": "0000000000000001",
    "aqGWHvyY49W_PHELUMiBMw": "0000000000000002",
    "UR_ozz2VI2sY8ckXop2RAg": "0000000000000002",
}
"""Uids of well-known schemas by hash, the same in every instance."""


def hash_of_schema(
    columns: Any,
    *,
    member_uids: Iterable[str] = (),
    optional_uids: Iterable[str] = (),
    index_uid: str | None = None,
    slots: dict[str, str | None] | None = None,
) -> str:
    """Hash of a schema.

    Parameters
    ----------
    columns
        Anything with the columns of a schema as attributes.
    member_uids
        Uids of the members in their order.
    optional_uids
        Uids of members that datasets may lack.
    index_uid
        Uid of the member that describes the index.
    slots
        Hashes of the component schemas by slot.

    Returns
    -------
    22 characters.

    Examples
    --------
    >>> hash_of_schema(ln.Schema(itype=ln.Feature))
    'kMi7B_N88uu-YnbTLDU-DA'
    """
    members, optional = list(member_uids), set(optional_uids)
    marked = [f"{uid}(i)" if uid in optional else uid for uid in members]
    flexible_by_default = not members
    items: dict[str, Any] = {
        "a": columns._dtype_str,
        "b": columns.itype,
        "c": columns.minimal_set,
        "d": columns.ordered_set,
        "e": columns.maximal_set,
        "f": None if columns.flexible == flexible_by_default else columns.flexible,
        "g": columns.coerce or None,
        "h": columns.n_members,
        "j": hash_string(":".join(marked if columns.ordered_set else sorted(marked)))
        if members
        else None,
        "k": index_uid,
        "l": hash_string(":".join(sorted(f"{slot}={hash}" for slot, hash in slots.items())))
        if slots
        else None,
        "m": columns.suffix,
    }
    parts = [f"{code}={value}" for code, value in items.items() if value is not None]
    return hash_string(":".join(sorted(parts)))
