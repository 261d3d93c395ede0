"""Plain text and text with a structure: json and yaml."""

from __future__ import annotations

import json

from lamindb.storage.abc import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

__all__ = ["Json", "Text", "Yaml"]


class Text(Format):
    """UTF-8 text."""

    suffixes = (".txt", ".fasta")

    def load(self, path: str | PathLike[str], **kwargs: Any) -> str:
        """Read the whole text; keyword arguments go to `open`."""
        with open(path, **{"encoding": "utf-8", **kwargs}) as file:
            return str(file.read())

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write a string; keyword arguments go to `open`."""
        with open(path, "w", **{"encoding": "utf-8", "newline": "", **kwargs}) as file:
            file.write(obj)

    def accepts(self, obj: Any) -> bool:
        """Whether this is a string."""
        return isinstance(obj, str)


class Json(Format):
    """JSON documents."""

    suffixes = (".json", ".vitessce.json")

    def load(self, path: str | PathLike[str], **kwargs: Any) -> Any:
        """Read with `json.load`."""
        with open(path, encoding="utf-8") as file:
            return json.load(file, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `json.dump`."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(obj, file, **{"ensure_ascii": False, **kwargs})

    def accepts(self, obj: Any) -> bool:
        """Whether this is a dictionary or a list."""
        return isinstance(obj, (dict, list))


class Yaml(Format):
    """YAML documents, without tags that create Python objects."""

    suffixes = (".yaml", ".yml")

    def load(self, path: str | PathLike[str], **kwargs: Any) -> Any:
        """Read with `yaml.safe_load`."""
        import yaml

        with open(path, encoding="utf-8") as file:
            return yaml.safe_load(file, **kwargs)

    def write(self, obj: Any, path: str, **kwargs: Any) -> None:
        """Write with `yaml.safe_dump`."""
        import yaml

        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(obj, file, **{"allow_unicode": True, "sort_keys": False, **kwargs})

    def accepts(self, obj: Any) -> bool:
        """Whether this is a dictionary or a list."""
        return isinstance(obj, (dict, list))
