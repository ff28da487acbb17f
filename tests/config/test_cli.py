import json
import subprocess
import sys

from rantai.config import serving
from tests.config import programs


def test_help_names_every_command_and_loads_none():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom rantai.config import cli\n"
        "print(CliRunner().invoke(cli.rantai, ['--help']).output)\n"
        "print('loaded' if 'rantai.config.keeping' in sys.modules else 'light')"
    )

    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert all(name in seen for name in ("serve", "migrate", "backup", "worker"))
    assert seen.endswith("light\n")


def test_an_unusable_setting_is_told_in_one_line(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://x")

    finished = programs.run("migrate")

    assert finished.returncode == 2
    assert finished.stderr == "rantai: DATABASE_URL begins with 'mysql'; Rantai knows sqlite:/// and postgresql://.\n"


def test_a_commands_last_line_is_its_json(spare_database):
    finished = programs.run("migrate", "--json")

    assert json.loads(finished.stdout.splitlines()[-1])["applied"] == 0


def test_a_home_is_served_once(spare_database, rantai_home):
    with serving.hold_home(rantai_home):
        finished = programs.run("serve")

    assert finished.returncode == 1
    assert f"Rantai is running on {rantai_home}" in finished.stderr
