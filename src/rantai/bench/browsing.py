"""A browser without a screen: signs in, asks for pages over one connection, follows their links."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

REDIRECTS = 5
_ASSETS = {"script": "src", "img": "src", "link": "href"}
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_FONT = re.compile(r"url\([\"']?([^\"')]+\.woff2)")
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, and how long the last byte took."""

    path: str
    status: int
    kind: str
    body: bytes
    seconds: float

    @property
    def is_page(self) -> bool:
        """Tell whether it is a page or a part of one, not a file."""
        return self.kind.startswith("text/html")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")


class SignInFailed(Exception):
    """A login that the server did not accept."""


class Browser:
    """One person's session; not for several threads."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(host, port, timeout=60)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the form; raises SignInFailed."""
        path = "/account/login/"
        self.get(path)
        fields = {"login": email, "password": password, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        answer = self._ask("POST", path, urlencode(fields).encode())
        if answer.status != http.client.FOUND:
            raise SignInFailed(f"{email}: the form answered {answer.status}")

    def get(self, path: str, *, is_packed: bool = False) -> Answer:
        """Return the answer to one request, or of the page that it leads to; packed bytes as they travel."""
        for _redirect in range(REDIRECTS):
            answer = self._ask("GET", path, is_packed=is_packed)
            if answer.status not in (301, 302, 303, 307) or not self._location:
                return answer
            path = _local(urljoin(path, self._location))
        return answer

    def _ask(self, method: str, path: str, body: bytes | None = None, *, is_packed: bool = False) -> Answer:
        origin = f"http://{self.host}:{self.port}"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Accept": "text/html,*/*", "Accept-Encoding": "br, gzip"} if is_packed else {"Accept": "text/html"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": origin + path}
        started = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # The server ended a connection that it had kept open; browsers ask again too.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self._location = response.headers.get("Location", "")
        kind = response.headers.get("Content-Type", "")
        return Answer(path=path, status=response.status, kind=kind, body=content, seconds=seconds)


def list_links(answer: Answer) -> Iterator[str]:
    """Yield the paths on this server that a page links to or loads a part from."""
    links = _Links()
    links.feed(answer.text)
    for link in links.found:
        whole = urlsplit(urljoin(f"http://here{answer.path}", unescape(link)))
        if whole.netloc == "here" and whole.scheme == "http":
            yield _local(whole.geturl())


def list_assets(answer: Answer) -> set[str]:
    """Return the paths of the styles, scripts and pictures that a page draws itself with."""
    assets = _Assets()
    assets.feed(answer.text)
    return {_local(urljoin(answer.path, path)) for path in assets.found if not path.startswith("data:")}


def list_fonts(path: str, style: str, text: str) -> set[str]:
    """Return the paths of the fonts of a style that a browser loads for a text: those that draw a character of it."""
    used = {ord(character) for character in text}
    faces = [face for face in _FACE.findall(style) if _draws(face, used)]
    return {_local(urljoin(path, font)) for face in faces for font in _FONT.findall(face)}


def _draws(face: str, used: set[int]) -> bool:
    ranges = [(int(first, 16), int(last or first, 16)) for first, last in _RANGE.findall(face)]
    return not ranges or any(first <= number <= last for first, last in ranges for number in used)


def _local(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        link = named.get("href") if tag == "a" and "download" not in named else None
        for value in (link, named.get("hx-get")):
            if value and not value.startswith("#"):
                self.found.append(value)


class _Assets(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        value = named.get(_ASSETS.get(tag, ""))
        if value and (tag != "link" or named.get("rel") in ("stylesheet", "icon", "modulepreload", "preload")):
            self.found.append(value)
