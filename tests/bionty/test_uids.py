"""A biological record has the same uid in every database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bionty import uids


@pytest.mark.parametrize(
    ("function", "text", "uid"),
    [
        (uids.ontology, "CL:0000236", "ryEtgi1yGtAcX2"),
        (uids.ontology, "CL:0000084", "22LvKd01YyNA1a"),
        (uids.ontology, "CL:0000791", "4BEwsp1Qruxeii"),
        (uids.ontology, "CL:0000911", "3nfZTVV4asgsER"),
        (uids.ontology, "EFO:0008913", "4WYv9kl0W2SroY"),
        (uids.ontology, "NCBITaxon:9606", "1dpCL6TduFJ3AP"),
        (uids.ontology, "ENSG00000081059", "7IkHKPl0ScQRSB"),
        (uids.ontology, "testhuman", "2dZ52W9noUDKVE"),
        (uids.ontology, "my neuron cell state", "2YDPJJsiwD6LIX"),
        (uids.source, "bionty.Diseasemondoall2023-04-04", "Hgw08Vk3"),
        (uids.source, "BioSamplencbiall2023-09", "5JnVODh4"),
        (uids.source, "bionty.Ethnicityhancestrohuman3.0", "MJRqduf9"),
        (uids.gene, "ENSG00000081059", "7IkHKPl0ScQR"),
        (uids.protein, "ENSG00000081059", "7IkHKPl0ScQR"),
        (uids.cellmarker, "testhuman", "2dZ52W9noUDK"),
    ],
)
def test_uid_of_text(function: Callable[[str], str], text: str, uid: str):
    assert function(text) == uid


@pytest.mark.parametrize(
    ("function", "length"),
    [(uids.ontology, 14), (uids.source, 8), (uids.gene, 12)],
)
def test_a_uid_without_text_is_random(function: Callable[[], str], length: int):
    drawn = {function() for _ in range(100)}
    assert len(drawn) == 100
    assert {len(uid) for uid in drawn} == {length}
