"""Collect the texts of each app, compile their translations, and say what is missing.

`translations.py update rantai.crm.orders` works on one app; without a name, on all.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src"
LANGUAGES = ("id", "zh_Hans")
PLACES = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
KEYWORDS = {"_": None, "gettext_noop": None} | {
    f"{name}{suffix}": places for name, places in PLACES.items() for suffix in ("", "_lazy")
}
CHANGING_HEADERS = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By): .*\n',
    re.M,
)

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf]")

# A text, or the singular and the plural; then its context.
Text = str | tuple[str, ...]
Message = tuple[Text, str | None]


def list_homes() -> list[Path]:
    """Return the folders that keep translations: every app, and every house for its doors."""
    apps = {file.parent for file in SOURCE.glob("rantai/**/apps.py")}
    houses = {folder.parent for folder in SOURCE.glob("rantai/*/__init__.py")}
    return sorted(apps | houses)


def find_home(file: Path, homes: set[Path]) -> Path | None:
    return next((folder for folder in file.parents if folder in homes), None)


def read_messages(file: Path) -> Iterator[tuple[int, Message, list[str]]]:
    text = file.read_text()
    if file.suffix == ".html":
        text = templatize(text, origin=str(file))
    found = extract_python(io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for line, function, arguments, comments in found:
        message = shape_message(str(function), arguments)
        if message:
            yield line, message, list(comments or ())


def shape_message(function: str, arguments: object) -> Message | None:
    """Return (text or (text, plural), context), or None where the text is not written out in the source."""
    values = list(arguments) if isinstance(arguments, tuple) else [arguments]
    context = values.pop(0) if "pgettext" in function else None
    wanted = 2 if "ngettext" in function or "npgettext" in function else 1
    texts = [text for text in values[:wanted] if isinstance(text, str) and text]
    if len(texts) < wanted:
        return None
    return (tuple(texts) if wanted == 2 else texts[0]), str(context) if context else None


def collect(names: list[str]) -> dict[Path, Catalog]:
    """Return for each folder with texts, or each named one, the catalogue of what its sources say."""
    homes = list_homes()
    chosen = {SOURCE.joinpath(*name.split(".")) for name in names} or set(homes)
    catalogs = {home: new_catalog() for home in homes if home in chosen and (home / "locale").exists()}
    files = [*SOURCE.glob("rantai/**/*.py"), *SOURCE.glob("rantai/**/templates/**/*.html")]
    for file in sorted(files):
        home = find_home(file, set(homes))
        if home not in chosen or "migrations" in file.parts:
            continue
        for line, (text, context), comments in read_messages(file):
            catalog = catalogs.setdefault(home, new_catalog())
            catalog.add(text, context=context, locations=[(str(file.relative_to(home)), line)], auto_comments=comments)
    return catalogs


def new_catalog(language: str | None = None) -> Catalog:
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    # Babel thinks Indonesian has two forms; gettext, Django and Indonesians know one, as for Chinese.
    catalog.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    return catalog


def locate(home: Path, language: str) -> Path:
    return home / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalog(path: Path, language: str) -> Catalog:
    if not path.exists():
        return new_catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(*names: str) -> int:
    """Add new texts to each translation file, set aside those that are gone, keep every translation."""
    for home, template in collect(list(names)).items():
        for language in LANGUAGES:
            path = locate(home, language)
            catalog = read_catalog(path, language)
            catalog.update(template, no_fuzzy_matching=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(catalog))
    return 0


def render(catalog: Catalog) -> str:
    """Return the file's text without what changes by itself: dates and line numbers."""
    catalog.header_comment = f"# {catalog.locale.english_name if catalog.locale else ''} texts of Rantai."
    catalog.project, catalog.version, catalog.fuzzy = "Rantai", "1", False
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, no_location=True, ignore_obsolete=False)
    return CHANGING_HEADERS.sub("", buffer.getvalue().decode())


def compile_all(*_names: str) -> int:
    """Write the binary form that gettext reads beside each file that changed."""
    for path in SOURCE.glob("rantai/**/locale/*/LC_MESSAGES/django.po"):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        draft = target.with_suffix(".draft")
        with draft.open("wb") as file:
            write_mo(file, read_catalog(path, path.parts[-3]))
        draft.rename(target)
    return 0


def check(*names: str) -> int:
    """List what is untranslated, uncertain, left over or would break when filled in; return 1 where anything is."""
    problems = [problem for home, template in collect(list(names)).items() for problem in list_problems(home, template)]
    problems += list_collisions(set(names))
    print("\n".join(problems) or "translations: complete")
    if problems:
        print(f"translations: {len(problems)} problems; `make messages` adds what is missing, people translate it")
    return 1 if problems else 0


def list_problems(home: Path, template: Catalog) -> Iterator[str]:
    for language in LANGUAGES:
        path = locate(home, language)
        catalog = read_catalog(path, language)
        place = str(path.relative_to(SOURCE.parent))
        wanted = {(message.id, message.context) for message in template if message.id}
        for text, context in sorted(wanted, key=str):
            message = catalog.get(text, context)
            if message is None or not is_translated(message.string):
                yield f"{place}: untranslated: {text!r}"
            elif message.fuzzy:
                yield f"{place}: fuzzy: {text!r}"
            elif problem := find_format_problem(text, message.string, catalog):
                yield f"{place}: {problem}: {text!r}"
        left_over = [m.id for m in catalog if m.id and not has_message(template, m.id, m.context)]
        yield from (f"{place}: obsolete: {text!r}" for text in [*left_over, *(m.id for m in catalog.obsolete.values())])


def list_collisions(names: set[str]) -> Iterator[str]:
    """Name each text that two apps translate differently: Django joins all catalogues, and one app's wording wins.

    Same meaning: same wording. Another meaning: give one of them a context in its source.
    """
    for language in LANGUAGES:
        for (text, context, _is_plural), strings in sorted(gather(language).items(), key=str):
            homes = [home for homes in strings.values() for home in homes]
            if len(strings) > 1 and (not names or names & set(homes)):
                said = "; ".join(f"{show(string)} in {', '.join(where)}" for string, where in strings.items())
                asked = f"{text!r} ({context})" if context else repr(text)
                yield f"{language}: translated differently: {asked}: {said}"


def gather(language: str) -> dict[tuple[str, str | None, bool], dict[object, list[str]]]:
    """Return what each text is translated to, and by which apps; a plural does not collide with a plain text."""
    found: dict[tuple[str, str | None, bool], dict[object, list[str]]] = {}
    for home in list_homes():
        for message in read_catalog(locate(home, language), language):
            if not message.id or not is_translated(message.string):
                continue
            text, *plural = (message.id,) if isinstance(message.id, str) else message.id
            string = message.string if isinstance(message.string, str) else tuple(message.string or ())
            key = (text, message.context, bool(plural))
            found.setdefault(key, {}).setdefault(string, []).append(".".join(home.relative_to(SOURCE).parts))
    return found


def show(string: object) -> str:
    return " | ".join(string) if isinstance(string, tuple) else str(string)


def has_message(template: Catalog, text: object, context: str | None) -> bool:
    assert isinstance(text, str | tuple)
    found = template.get(text, context)
    return found is not None and isinstance(found.id, tuple) == isinstance(text, tuple)


def find_format_problem(text: object, string: object, catalog: Catalog) -> str | None:
    """Say what would break when the translation is filled in."""
    forms = string if isinstance(string, tuple | list) else [string]
    if isinstance(text, tuple) and len(forms) != catalog.num_plurals:
        return f"{len(forms)} forms where the language has {catalog.num_plurals}"
    wanted = read_placeholders(text[-1] if isinstance(text, tuple) else text)
    if any(read_placeholders(form) != wanted for form in forms):
        return f"the translation must hold {', '.join(sorted(wanted)) or 'no placeholder'}"
    return None


def read_placeholders(text: object) -> set[str]:
    return set(PLACEHOLDER.findall(str(text)))


def is_translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


COMMANDS = {"update": update, "compile": compile_all, "check": check}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: translations.py {' | '.join(COMMANDS)} [rantai.crm.orders …]")
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
