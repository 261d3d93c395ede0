"""Files on web servers, read only; imported by functions only, as it imports fsspec.

What fsspec's class lacks: it takes a page with links for a folder, downloads a file to learn
whether it is one, follows links that sort an index page, and calls any failure a missing file.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from aiohttp import ClientResponseError
from fsspec.implementations.http import HTTPFileSystem, _file_info  # noqa: TID253

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["WebFileSystem", "children_on_page"]

_MISSING = (404, 410)


class WebFileSystem(HTTPFileSystem):
    """Files on web servers; the address of a folder ends with a slash, maybe after a redirection.

    Example
    -------
    >>> WebFileSystem().isfile("https://example.com/a.csv")  # doctest: +SKIP
    True
    """

    async def _info(self, url: str, **kwargs: Any) -> dict[str, Any]:
        info = await self._headers(url, **kwargs)
        is_folder = urlsplit(info["url"]).path in ("", "/") or info["url"].endswith("/")
        return {"name": url, "size": None, **info, "type": "directory" if is_folder else "file"}

    async def _headers(self, url: str, **kwargs: Any) -> dict[str, Any]:
        """What a server says about an address without sending the content."""
        session = await self.set_session()
        for method in ("head", "get"):
            try:
                info: dict[str, Any] = await _file_info(
                    self.encode_url(url), session, method, **self.kwargs, **kwargs
                )
            except ClientResponseError as error:
                if error.status in _MISSING:
                    raise FileNotFoundError(url) from error
                if method == "get":  # some servers answer to nothing else
                    raise
            else:
                break
        return info

    async def _exists(self, path: str, strict: bool = False, **kwargs: Any) -> bool:
        try:
            await self._info(path, **kwargs)
        except FileNotFoundError:
            return False
        return True

    async def _isfile(self, path: str, **kwargs: Any) -> bool:
        return await self._has_type(path, "file", **kwargs)

    async def _isdir(self, path: str, **kwargs: Any) -> bool:
        return await self._has_type(path, "directory", **kwargs)

    async def _has_type(self, path: str, kind: str, **kwargs: Any) -> bool:
        try:
            return bool((await self._info(path, **kwargs))["type"] == kind)
        except FileNotFoundError:
            return False

    async def _ls_real(self, url: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        session = await self.set_session()
        async with session.get(self.encode_url(f"{url.rstrip('/')}/"), **self.kwargs) as response:
            self._raise_not_found_for_status(response, url)
            is_page = response.content_type == "text/html"
            page = await response.text(errors="replace") if is_page else ""
        if not is_page:
            raise NotADirectoryError(f"{url} has no index page, which would list its files")
        children = children_on_page(page, str(response.url))
        names = {f"{url.rstrip('/')}/{name}": is_folder for name, is_folder in children.items()}
        if not detail:
            return sorted(names)
        return [
            {"name": name, "size": None, "type": "directory" if is_folder else "file"}
            for name, is_folder in sorted(names.items())
        ]


class _Links(HTMLParser):
    """Collects the addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]


def children_on_page(page: str, address: str) -> dict[str, bool]:
    """Return the files and folders that an index page lists.

    Parameters
    ----------
    page : str
        HTML.
    address : str
        Of the page; relative links start there.

    Returns
    -------
    dict
        Names, as they are written in addresses, and whether they are folders. Links to elsewhere
        and those that sort the page (`?C=N;O=D`) are left out.

    Example
    -------
    >>> children_on_page('<a href="a.csv">a</a> <a href="raw/">raw</a> <a href="../">up</a>', "http://h/d/")
    {'a.csv': False, 'raw': True}
    """
    links = _Links()
    links.feed(page)
    here = urlsplit(address)
    children: dict[str, bool] = {}
    for link in links.addresses:
        there = urlsplit(urljoin(address, urldefrag(link).url))
        folder, _, _ = here.path.rpartition("/")
        is_below = there.netloc == here.netloc and there.path.startswith(f"{folder}/")
        name, slash, rest = there.path[len(folder) + 1 :].partition("/")
        if is_below and name and not rest and not there.query:
            children[name] = bool(slash)
    return children
