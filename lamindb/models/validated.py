"""Values of fields that have a form: URLs, DOIs, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import RegexValidator

from lamindb.errors import FieldValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

# https://www.crossref.org/blog/dois-and-matching-regular-expressions/
doi_validator = RegexValidator(
    r"^(?:https?://(?:dx\.)?doi\.org/|doi:|DOI:)?10\.\d{4,9}/[-._;()/:A-Za-z0-9<>\[\]+#%]+$",
    "Must be a DOI, e.g. 10.1000/xyz123 or https://doi.org/10.1000/xyz123",
)


class ValidateFields:
    """Registries whose values are validated in the constructor and on save."""

    _validators: ClassVar[dict[str, Callable[[Any], None]]] = {}

    def _validate_fields(self: Any) -> None:
        """Refuse values of the wrong form.

        Raises
        ------
        FieldValidationError
            Lists all wrong fields.
        """
        problems = []
        for field in self._meta.concrete_fields:
            value = self.__dict__.get(field.attname)
            if value in (None, "") or field.is_relation:
                continue
            try:
                field.clean(value, self)
                if field.name in self._validators:
                    self._validators[field.name](value)
            except DjangoValidationError as error:
                problems.append(f"{field.name}={value!r}: {' '.join(error.messages)}")
        if problems:
            raise FieldValidationError(
                f"Wrong values of {type(self).__name__}: {'; '.join(problems)}"
            )
