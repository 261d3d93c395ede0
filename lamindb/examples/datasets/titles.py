"""Made-up titles of notebooks."""

from __future__ import annotations

import random

__all__ = ["fake_bio_notebook_titles"]

_VERBS = ["study", "research", "investigate", "rank", "cluster", "classify", "visualize", "result"]
_CELLS = [
    "B cells", "Kupffer cells", "macrophages", "T cells", "astrocytes", "erythrocytes",
    "hepatocytes", "keratinocytes", "mast cells", "microglia", "monocytes", "myoblasts",
    "natural killer cells", "neutrophils", "oligodendrocytes", "osteoclasts", "plasma cells",
    "podocytes",
]  # fmt: skip
_TISSUES = [
    "adrenal gland", "bone marrow", "brain cortex", "colon", "heart", "kidney", "liver", "lung",
    "lymph node", "pancreas", "retina", "skin", "spleen", "thymus", "tonsil",
]  # fmt: skip
_MOLECULES = ["IgA", "IgD", "IgE", "IgG", "IgG1", "IgG2", "IgG3", "IgG4", "IgM", "IgY"]


def fake_bio_notebook_titles(n: int = 100) -> list[str]:
    """Return random sentences that could be titles of notebooks about immunology.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    list of str

    Example
    -------
    >>> len(fake_bio_notebook_titles(10))
    10
    """
    return [_title() for _ in range(n)]


def _title() -> str:
    words = [
        random.choice(_VERBS),
        random.choice(_MOLECULES),
        random.choice(_TISSUES),
        random.choice(_CELLS),
        random.choice(_MOLECULES),
    ]
    random.shuffle(words)
    sentence = " ".join(words)
    return f"{sentence[0].upper()}{sentence[1:]}."
