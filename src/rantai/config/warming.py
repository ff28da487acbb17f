"""Make a fresh web process as quick as an old one: nobody waits for a page because nobody opened it before."""

import threading
import time
from pathlib import Path

import structlog
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

from rantai.config import houses
from rantai.kernel import collector

log = structlog.get_logger("rantai.warming")

# The share of a thread's time that is left to who asks for a page.
PAUSE_SHARE = 1.0


def warm_up() -> None:
    """Import every page; read the templates in the background."""
    assert get_resolver().url_patterns
    collector.settle()
    threading.Thread(target=read_templates, daemon=True, name="warm-up").start()


def read_templates() -> int:
    """Compile every template of ours, resting as long as each took; return how many."""
    names = list_templates()
    for name in names:
        started = time.perf_counter()
        try:
            get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as problem:
            # The page that needs it says so to whoever opens it; a start does not fail for it.
            log.warning("template_unreadable", template=name, problem=str(problem))
        time.sleep((time.perf_counter() - started) * PAUSE_SHARE)
    collector.settle()
    return len(names)


def list_templates() -> list[str]:
    """Return the names of our pages and their parts."""
    folders = [folder for folder in map(Path, get_app_template_dirs("templates")) if houses.SOURCE in folder.parents]
    return sorted({str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*.html")})
