import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog

from tools import translations


@pytest.fixture
def app(tmp_path, monkeypatch) -> Path:
    """An app with one text in Python, one with a plural, and one in a template."""
    folder = tmp_path / "src" / "rantai" / "crm" / "orders"
    (folder / "templates" / "crm").mkdir(parents=True)
    (folder / "apps.py").write_text("")
    (folder / "views.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy\n"
        "_('Order %(number)s')\nngettext('%(n)s line', '%(n)s lines', 2)\npgettext_lazy('verb', 'Order')\n_(variable)\n"
    )
    (folder / "templates" / "crm" / "a.html").write_text(
        "<c-button label=\"{% translate 'Save' %}\" />{% blocktranslate %}Due {{ day }}{% endblocktranslate %}"
    )
    monkeypatch.setattr(translations, "SOURCE", tmp_path / "src")
    return folder


def read(app: Path, language: str = "id") -> Catalog:
    return translations.read_catalog(translations.locate(app, language), language)


def write(app: Path, replace: dict[str, str]) -> None:
    for language in translations.LANGUAGES:
        file = translations.locate(app, language)
        text = file.read_text()
        for old, new in replace.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text)


TRANSLATED = {
    'msgid "Order %(number)s"\nmsgstr ""': 'msgid "Order %(number)s"\nmsgstr "Pesanan %(number)s"',
    'msgstr[0] ""': 'msgstr[0] "%(n)s baris"',
    'msgid "Order"\nmsgstr ""': 'msgid "Order"\nmsgstr "Pesan"',
    'msgid "Save"\nmsgstr ""': 'msgid "Save"\nmsgstr "Simpan"',
    'msgid "Due %(day)s"\nmsgstr ""': 'msgid "Due %(day)s"\nmsgstr "Jatuh tempo %(day)s"',
}


def test_update_finds_every_text_of_python_and_templates(app):
    translations.update()

    found = {(message.id, message.context) for message in read(app) if message.id}
    assert found == {
        ("Order %(number)s", None),
        (("%(n)s line", "%(n)s lines"), None),
        ("Order", "verb"),
        ("Save", None),
        ("Due %(day)s", None),
    }


def test_update_keeps_translations_and_changes_nothing_twice(app):
    translations.update()
    write(app, TRANSLATED)
    before = translations.locate(app, "id").read_text()

    translations.update()

    assert translations.locate(app, "id").read_text() == before
    assert read(app).get("Save").string == "Simpan"


def test_a_complete_translation_passes_and_compiles(app, capsys):
    translations.update()
    write(app, TRANSLATED)

    assert translations.check() == 0, capsys.readouterr().out
    translations.compile_all()
    assert translations.locate(app, "zh_Hans").with_suffix(".mo").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({'msgstr "Simpan"': 'msgstr ""'}, "untranslated: 'Save'"),
        ({'msgid "Save"': '#, fuzzy\nmsgid "Save"'}, "fuzzy: 'Save'"),
        ({'msgstr "Pesanan %(number)s"': 'msgstr "Pesanan %(nomor)s"'}, "must hold %(number)s"),
        ({'msgid "Save"': 'msgid "Store"'}, "obsolete: 'Store'"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(app, capsys, damage, told):
    translations.update()
    write(app, TRANSLATED)
    write(app, damage)

    assert translations.check() == 1
    assert told in capsys.readouterr().out


@pytest.fixture
def neighbour(app) -> Path:
    """Another app that says 'Save' too, and 'Order' of the noun."""
    folder = app.parent / "pricing"
    folder.mkdir()
    (folder / "apps.py").write_text("")
    (folder / "views.py").write_text("from django.utils.translation import gettext as _\n_('Save')\n_('Order')\n")
    translations.update()
    write(app, TRANSLATED)
    write(folder, {'msgid "Order"\nmsgstr ""': 'msgid "Order"\nmsgstr "Pesanan"'})
    return folder


def test_one_text_is_translated_alike_everywhere(neighbour, capsys):
    write(neighbour, {'msgid "Save"\nmsgstr ""': 'msgid "Save"\nmsgstr "Simpan"'})

    # 'Order' of the other app is a verb: a context parts them
    assert translations.check() == 0, capsys.readouterr().out


def test_a_text_that_two_apps_translate_differently_is_told(neighbour, capsys):
    write(neighbour, {'msgid "Save"\nmsgstr ""': 'msgid "Save"\nmsgstr "Tabung"'})

    assert translations.check("rantai.crm.pricing") == 1
    told = capsys.readouterr().out
    assert "id: translated differently: 'Save': Simpan in rantai.crm.orders; Tabung in rantai.crm.pricing" in told, told


def test_an_unknown_command_is_refused():
    finished = subprocess.run(
        [sys.executable, translations.__file__, "burn"], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 1
    assert "update | compile | check" in finished.stderr
