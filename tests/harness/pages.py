"""What an HTML page or a style sheet makes a browser load."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_LOADING = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("use", "href")}
_IN_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (tag, name) in _LOADING:
                self.loaded.append(value)
            if value and (tag, name) == ("a", "href"):
                self.linked.append(value)


def loaded_by_html(page: str) -> list[str]:
    """Return the addresses that the page loads by itself."""
    names = _Names()
    names.feed(page)
    return names.loaded


def links_of_html(page: str) -> list[str]:
    """Return where the page's links lead."""
    names = _Names()
    names.feed(page)
    return names.linked


def loaded_by_css(sheet: str) -> list[str]:
    """Return the addresses that the style sheet loads."""
    return [name for name in _IN_CSS.findall(sheet) if not name.startswith(("data:", "#"))]


def paths_here(names: list[str], *, page: str, host: str) -> Iterator[str]:
    """Yield the path and query of each address that *page* names; none may lead to another host."""
    for name in names:
        if name.startswith("data:"):
            continue
        place = urlsplit(urljoin(f"http://{host}{page}", name))
        assert place.netloc == host, f"{page} loads {name}"
        yield place.path + (f"?{place.query}" if place.query else "")
