import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUPERVISOR = """
import sys
from pathlib import Path
from rantai.config import supervision
folder = Path(sys.argv[1])
count = "import sys, time; open(sys.argv[1], 'a').write('x'); time.sleep(float(sys.argv[2]))"
supervision.keep_running(
    {
        "steady": [sys.executable, "-c", count, str(folder / "steady.count"), "600"],
        "falling": [sys.executable, "-c", count, str(folder / "falling.count"), "0"],
    },
    pid_folder=folder,
)
"""


@pytest.fixture
def supervisor(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path)])
    wait_for(lambda: (tmp_path / "steady.count").exists() and count_starts(tmp_path, "falling") >= 2)
    yield process
    process.kill()
    process.wait()


def wait_for(is_true, *, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def count_starts(folder: Path, name: str) -> int:
    file = folder / f"{name}.count"
    return len(file.read_text()) if file.exists() else 0


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def read_pid(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def test_a_child_that_falls_is_started_again_with_growing_pauses(supervisor, tmp_path):
    started = time.monotonic()
    begun = count_starts(tmp_path, "falling")

    wait_for(lambda: count_starts(tmp_path, "falling") >= begun + 2)

    assert time.monotonic() - started > 1.0
    assert count_starts(tmp_path, "steady") == 1


def test_a_killed_child_is_replaced(supervisor, tmp_path):
    os.kill(read_pid(tmp_path, "steady"), signal.SIGKILL)

    wait_for(lambda: count_starts(tmp_path, "steady") == 2)


def test_told_to_stop_it_takes_its_children_along(supervisor, tmp_path):
    child = read_pid(tmp_path, "steady")

    supervisor.terminate()

    assert supervisor.wait(timeout=20) == 0
    assert not is_running(child)
    assert not (tmp_path / "steady.pid").exists()


def test_killed_itself_it_leaves_no_orphan(supervisor, tmp_path):
    child = read_pid(tmp_path, "steady")

    supervisor.kill()
    supervisor.wait()

    wait_for(lambda: not is_running(child))


LEADING = """
import os, sys
from pathlib import Path
from rantai.config import supervision
folder = Path(sys.argv[1])
note = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.nice(0))); time.sleep(600)"
supervision.keep_running(
    {name: [sys.executable, "-c", note, str(folder / name)] for name in ("web", "worker")},
    pid_folder=folder / "run",
    is_first_up=(folder / "up").exists,
    background=["worker"],
)
"""


def test_the_others_wait_for_the_first_and_give_way_to_it(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", LEADING, str(tmp_path)])
    wait_for(lambda: (tmp_path / "web").exists() and (tmp_path / "web").read_text())
    time.sleep(0.6)
    assert not (tmp_path / "worker").exists()

    (tmp_path / "up").touch()

    wait_for(lambda: (tmp_path / "worker").exists() and (tmp_path / "worker").read_text())
    assert int((tmp_path / "worker").read_text()) == int((tmp_path / "web").read_text()) + 5
    process.terminate()
    assert process.wait(timeout=20) == 0
