"""Bring every template into djade's form, or with --check say which are not."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"


def main() -> None:
    # A program of its own and no module.
    djade = [str(Path(sys.executable).with_name("djade")), "--target-version", "5.2", *sys.argv[1:]]
    templates = sorted(str(file) for file in SOURCE.glob("rantai/**/templates/**/*.html"))
    if templates:
        sys.exit(subprocess.run([*djade, *templates], check=False).returncode)


if __name__ == "__main__":
    main()
