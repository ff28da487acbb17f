"""Nothing on any page is a dead end: whatever a role is shown a link to, it may open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from rantai.demo import founding, making
from rantai.foundation.access.models import User

DAY = date(2026, 11, 22)
_LINK = re.compile(rb"""<(?:a|link|div|section)\b[^>]*?(?:href|hx-get)=["']([^"'#]+)""")
_LEFT_OUT = ("/static/", "/account/", "/styleguide/", "/i18n/")
_MOST_OF_A_KIND = 2
"""Pages that differ only by number look alike; two of them tell enough."""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_link_that_a_role_sees_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_turn", lambda *_facts: "left to the turn's own tests")
    making.make_demo(size="small", seed=1, as_of=DAY, report=lambda *_progress: None)
    closed = [broken for role, *_rest in founding.LOGINS for broken in walk(role)]
    assert not closed, "\n".join(closed)


def walk(role: str) -> Iterator[str]:
    """Open whatever can be reached from the first page; yield what did not open, and where its link stood."""
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@kirana.example"))
    waiting, seen, counts = [("/", "")], {"/"}, {}
    while waiting:
        path, origin = waiting.pop()
        answer = client.get(path)
        if answer.status_code not in (200, 302):
            yield f"{role}: {path} answers {answer.status_code}, linked from {origin}"
            continue
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for link in list_links(answer.content, path):
            kind = re.sub(r"\d+", "N", link)
            if link not in seen and counts.get(kind, 0) < _MOST_OF_A_KIND:
                seen.add(link)
                counts[kind] = counts.get(kind, 0) + 1
                waiting.append((link, path))


def list_links(content: bytes, base: str) -> Iterator[str]:
    """Return the pages of ours that a page leads to."""
    for found in _LINK.findall(content):
        target = urlsplit(urljoin(base, found.decode().replace("&amp;", "&")))
        is_ours = not target.netloc and not target.scheme and not target.path.startswith(_LEFT_OUT)
        if is_ours and "export=" not in target.query:
            yield target.path
