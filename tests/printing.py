"""Print papers in the process of the test, as the program does in one of their own."""

import functools
import json
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

import typst

from rantai.foundation.documents import papers


def printed_here() -> AbstractContextManager[object]:
    """Start no process for a paper meanwhile."""
    return patch.object(papers, "_run", typeset)


@functools.cache
def read_fonts() -> typst.Fonts:
    """Read the fonts of the machine, once: for each paper anew they cost ten times what its setting costs."""
    return typst.Fonts(include_system_fonts=True)


def typeset(kind: str, options: str, root: Path) -> bytes:
    """Return the PDF of the template that lies in a folder: the same typst, without the walls around it."""
    packages = root / "packages"
    try:
        return typst.compile(
            root / "main.typ",
            root=root,
            font_paths=read_fonts(),
            sys_inputs={"data": json.loads(options)["data"]},
            package_path=packages,
            package_cache_path=packages,
        )
    except typst.TypstError as error:
        raise papers.PaperNotPrintable(kind, str(error)) from error
