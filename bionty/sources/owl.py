"""Read terms from OWL files in RDF/XML.

They are streamed through the parser of the standard library: memory stays small, time is linear,
nothing is fetched. pronto, which reads them as well, builds the whole document in memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError, iterparse

from lamindb.errors import CorruptedOntology

from .raw_terms import Term

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["curie", "read_terms"]

_OWL = "{http://www.w3.org/2002/07/owl#}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_RDFS = "{http://www.w3.org/2000/01/rdf-schema#}"
_OBO = "http://purl.obolibrary.org/obo/"

_ABOUT = f"{_RDF}about"
_RESOURCE = f"{_RDF}resource"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CLASS = f"{_OWL}Class"
_DESCRIPTION = f"{_RDF}Description"
_RESTRICTION = f"{_OWL}Restriction"
_DEFINITION = f"{{{_OBO}}}IAO_0000115"
_EXACT_SYNONYM = "{http://www.geneontology.org/formats/oboInOwl#}hasExactSynonym"
_PART_OF = f"{_OBO}BFO_0000050"

_CURIE = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*)_(?P<local>[A-Za-z0-9-]+)")


def read_terms(file: BinaryIO, path: str) -> list[Term]:
    """Read the classes of an OWL file.

    Parameters
    ----------
    file : binary file
        Open for reading.
    path : str
        For messages.

    Returns
    -------
    list of Term

    Raises
    ------
    CorruptedOntology
        If the file is truncated, no well-formed XML, or has no classes; it is a `ValueError`.

    Examples
    --------
    >>> with open("cl.owl", "rb") as file:  # doctest: +SKIP
    ...     terms = read_terms(file, "cl.owl")
    """
    terms: dict[str, Term] = {}
    root: Element | None = None
    depth = 0
    try:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start":
                root = element if root is None else root
                depth += 1
                continue
            depth -= 1
            if depth == 1 and root is not None:
                _add(element, terms)
                root.clear()
    except ParseError as error:
        raise CorruptedOntology(f"Corrupted ontology file: {path} ({error}).") from error
    if not terms:
        raise CorruptedOntology(f"Corrupted ontology file: {path} has no classes.")
    return list(terms.values())


def _add(element: Element, terms: dict[str, Term]) -> None:
    """Take over what an element says about a class, if it does."""
    iri = element.get(_ABOUT)
    if iri is None or not _is_class(element):
        return
    ontology_id = curie(iri)
    if ontology_id is None:
        return
    term = terms.setdefault(ontology_id, Term(ontology_id))
    names: list[tuple[bool, str]] = []
    for child in element:
        text = (child.text or "").strip()
        if child.tag == f"{_RDFS}label" and text:
            names.append((child.get(_LANGUAGE, "en").startswith("en"), text))
        elif child.tag == _DEFINITION:
            term.definition = term.definition or text or None
        elif child.tag == _EXACT_SYNONYM and text:
            term.synonyms.append(text)
        elif child.tag == f"{_OWL}deprecated":
            term.is_obsolete = term.is_obsolete or text.lower() in ("true", "1")
        elif child.tag == f"{_RDFS}subClassOf":
            _add_superclass(child, term)
    if names and term.name is None:
        term.name = next((name for is_english, name in names if is_english), names[0][1])


def _is_class(element: Element) -> bool:
    if element.tag == _CLASS:
        return True
    return element.tag == _DESCRIPTION and any(
        child.tag == f"{_RDF}type" and child.get(_RESOURCE) == f"{_OWL[1:-1]}Class"
        for child in element
    )


def _add_superclass(element: Element, term: Term) -> None:
    """Take over a named superclass, or a whole that the class is part of."""
    target = _named(element)
    if target is not None:
        term.parents.append(target)
        return
    restriction = element.find(_RESTRICTION)
    if restriction is None:
        return
    on = restriction.find(f"{_OWL}onProperty")
    some = restriction.find(f"{_OWL}someValuesFrom")
    if on is None or some is None or on.get(_RESOURCE) != _PART_OF:
        return
    whole = _named(some)
    if whole is not None:
        term.wholes.append(whole)


def _named(element: Element) -> str | None:
    """Id of the class that an element refers to, None if it is an expression."""
    iri = element.get(_RESOURCE)
    if iri is None:
        nested = element.find(_CLASS)
        iri = None if nested is None else nested.get(_ABOUT)
    return None if iri is None else curie(iri)


def curie(iri: str) -> str | None:
    """Reduce an IRI to a CURIE.

    Parameters
    ----------
    iri : str
        Of a class.

    Returns
    -------
    str or None
        None if its last part doesn't consist of prefix and id.

    Examples
    --------
    >>> curie("http://purl.obolibrary.org/obo/CL_0000236")
    'CL:0000236'
    """
    match = _CURIE.fullmatch(re.split(r"[/#]", iri)[-1])
    return f"{match['prefix']}:{match['local']}" if match else None
