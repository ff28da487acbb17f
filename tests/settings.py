"""Settings of the tests: a home of their own, never the developer's data; a cheap password hash."""

import os
import sys
import tempfile
from pathlib import Path

# Set before the real settings read them. Worker processes and programs that a test starts inherit it.
if "RANTAI_TEST_HOME" not in os.environ:
    os.environ["RANTAI_TEST_HOME"] = tempfile.mkdtemp(prefix="rantai-test-")
    os.environ["RANTAI_TEST_OWNER"] = str(os.getpid())
os.environ["RANTAI_HOME"] = os.environ["RANTAI_TEST_HOME"]
os.environ.setdefault("RANTAI_LOG_LEVEL", "WARNING")
for name in ("RANTAI_DEBUG", "RANTAI_URL", "EMAIL_URL", "PORT", "PLANNER_URL"):
    os.environ.pop(name, None)

if "--postgres" in sys.argv and "DATABASE_URL" not in os.environ:
    from tests import postgres

    os.environ["DATABASE_URL"] = postgres.start(Path(os.environ["RANTAI_TEST_HOME"]) / "postgres")

from rantai.config.settings import *  # noqa: F403, E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # The manifest exists only after collectstatic, which a page's test need not wait for.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
