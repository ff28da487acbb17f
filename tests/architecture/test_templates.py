"""Templates keep to their house, and pages carry no style or script of their own."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import sources

REFERENCE = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"'#]+)""")
COMPONENT = re.compile(r"<c-([a-z0-9._-]+)")
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.S)
INLINE = {
    "a style attribute": re.compile(r"(?<![\w:.-])style\s*="),
    "a <style> element": re.compile(r"<style\b"),
    "an event attribute": re.compile(r"<[^>{%]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"javascript:"),
    "a <script> of its own": re.compile(r"<script\b(?![^>]*(?:\bsrc\s*=|type=\"application/json\"))"),
}
SHARED = {"foundation", "ui"}
CHARACTER = re.compile(r"[^\n]")


def name_template(file: Path) -> str:
    """Return the name by which a template is included."""
    parts = file.parts
    return "/".join(parts[parts.index("templates") + 1 :])


def find_foreign_references(text: str, *, house: str, owners: dict[str, str]) -> Iterator[str]:
    """List what a template takes from a house that is neither its own nor shared."""
    text = COMMENT.sub("", text)
    names = REFERENCE.findall(text)
    names += [f"cotton/{name.replace('.', '/').replace('-', '_')}.html" for name in COMPONENT.findall(text)]
    for name in names:
        owner = owners.get(name, house)
        if owner not in {house, *SHARED}:
            yield f"{name} of {owner}"


def find_inline(text: str) -> Iterator[str]:
    # Blank comments out without moving lines.
    text = COMMENT.sub(lambda found: CHARACTER.sub(" ", found[0]), text)
    for what, pattern in INLINE.items():
        for found in pattern.finditer(text):
            yield f"line {text.count(chr(10), 0, found.start()) + 1}: {what}"


def test_a_template_includes_none_of_another_house():
    files = sources.list_templates()
    owners = {name_template(file): sources.find_house(file) for file in files}

    found = [
        f"{sources.name_file(file)}: {foreign}"
        for file in files
        for foreign in find_foreign_references(file.read_text(), house=sources.find_house(file), owners=owners)
    ]

    assert found == []


def test_a_page_carries_no_style_or_script():
    found = [
        f"{sources.name_file(file)}: {hit}"
        for file in sources.list_templates()
        for hit in find_inline(file.read_text())
    ]

    assert found == []


def test_the_rules_see_foreign_templates_and_inline_code():
    owners = {"crm/orders/order.html": "crm", "ui/base.html": "ui", "cotton/chain.html": "desk"}
    text = '{% extends "ui/base.html" %}{% include "crm/orders/order.html" %}<c-chain />{# <c-chain> #}'
    page = (
        '<p style="a">\n<a onclick="x()">\n<script>1</script><script src="x"></script>{# <style> #}<c-a :style="b" />'
    )

    assert list(find_foreign_references(text, house="iscm", owners=owners)) == [
        "crm/orders/order.html of crm",
        "cotton/chain.html of desk",
    ]
    assert list(find_inline(page)) == [
        "line 1: a style attribute",
        "line 2: an event attribute",
        "line 3: a <script> of its own",
    ]
