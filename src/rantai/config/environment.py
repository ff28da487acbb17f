"""Read what an operator sets in the environment: each variable once, with its default and meaning."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    name: str
    default: str
    meaning: str

    def read(self) -> str:
        return os.environ.get(self.name, "").strip() or self.default

    def is_on(self) -> bool:
        return self.read().lower() in {"1", "true", "yes", "on"}

    def read_list(self) -> list[str]:
        return [part.strip() for part in self.read().split(",") if part.strip()]

    def read_count(self) -> int:
        text = self.read()
        if not text.isdigit():
            raise UnusableSetting(f"{self.name} must be a whole number; it is {text!r}.")
        return int(text)


class UnusableSetting(Exception):
    """An environment variable cannot be understood; the text says which and what would do."""


HOME = Variable(name="RANTAI_HOME", default="var", meaning="Folder that holds all data: database, files, key.")
DATABASE_URL = Variable(
    name="DATABASE_URL",
    default="",
    meaning="Database: postgresql://user:password@host:port/name or sqlite:///path; empty is SQLite in RANTAI_HOME.",
)
DATABASE_POOL = Variable(
    name="RANTAI_DATABASE_POOL", default="10", meaning="Largest number of PostgreSQL connections a process keeps."
)
HOST = Variable(name="RANTAI_HOST", default="127.0.0.1", meaning="Address the web server listens on.")
PORT = Variable(name="PORT", default="8000", meaning="Port the web server listens on.")
PUBLIC_URL = Variable(
    name="RANTAI_URL",
    default="",
    meaning="Address people type, such as https://rantai.example.org; https turns on secure cookies and HSTS.",
)
BEHIND_PROXY = Variable(
    name="RANTAI_BEHIND_PROXY",
    default="no",
    meaning="yes trusts X-Forwarded-Proto and X-Forwarded-For of a proxy in front.",
)
WEB_WORKERS = Variable(name="RANTAI_WEB_WORKERS", default="2", meaning="Number of web processes.")
WEB_THREADS = Variable(name="RANTAI_WEB_THREADS", default="4", meaning="Threads in each web process.")
SECRET_KEY = Variable(
    name="RANTAI_SECRET_KEY",
    default="",
    meaning="Key that signs sessions and links; empty makes one in RANTAI_HOME/secret.key.",
)
DEBUG = Variable(name="RANTAI_DEBUG", default="no", meaning="yes shows error pages with their causes; never in use.")
ALLOWED_HOSTS = Variable(
    name="RANTAI_ALLOWED_HOSTS",
    default="",
    meaning="Host names that requests may carry, by comma; empty allows this machine and the host of RANTAI_URL.",
)
EMAIL_URL = Variable(
    name="EMAIL_URL",
    default="",
    meaning="Mail server: smtp://user:password@host:port, smtps:// for TLS, ?starttls=1; empty: RANTAI_HOME/mail.",
)
EMAIL_FROM = Variable(
    name="RANTAI_EMAIL_FROM", default="Rantai <rantai@localhost>", meaning="Sender of messages without an own sender."
)
DEMO = Variable(
    name="RANTAI_DEMO",
    default="yes",
    meaning="no: `make run` leaves an empty database empty, and a page asks who the company is.",
)
LOG_FORMAT = Variable(name="RANTAI_LOG_FORMAT", default="console", meaning="console for people, json for machines.")
LOG_LEVEL = Variable(name="RANTAI_LOG_LEVEL", default="INFO", meaning="Least level that is logged.")
KEEP_DAYS = Variable(
    name="RANTAI_KEEP_DAYS",
    default="90",
    meaning="Days that told facts, ended jobs, answers to API calls and sign-in attempts are kept; at least 7.",
)
PLANNER_URL = Variable(
    name="PLANNER_URL",
    default="",
    meaning="Address of the planner process; empty is a socket in RANTAI_HOME/run.",
)
CLUSTER = Variable(
    name="RANTAI_CLUSTER",
    default="",
    meaning="Address of a Dask scheduler that large plans are shared out to; empty is this machine's cores.",
)

VARIABLES = tuple(value for value in list(globals().values()) if isinstance(value, Variable))


def read_home() -> Path:
    return Path(HOME.read()).expanduser().resolve()


def read_keep_days() -> int:
    """Return how long what only grows is kept: a call may be repeated, and a job looked at, for a week."""
    days = KEEP_DAYS.read_count()
    if days < 7:
        raise UnusableSetting(f"{KEEP_DAYS.name} must be 7 or more; it is {days}.")
    return days


def read_secret_key(home: Path) -> str:
    """Return the configured key, or the one kept in the home, made there on the first start."""
    configured = SECRET_KEY.read()
    if configured:
        return configured
    path = home / "secret.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".secret.key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            # A link fails where the file exists: of two processes that start at once one key wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=1073741824;"
    "PRAGMA journal_size_limit=67108864;"
)


def read_database(home: Path) -> dict[str, Any]:
    """Return Django's description of the database that DATABASE_URL names."""
    url = DATABASE_URL.read() or f"sqlite:///{home / 'rantai.sqlite3'}"
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return describe_sqlite(url)
    if scheme in {"postgres", "postgresql"}:
        return describe_postgresql(url)
    raise UnusableSetting(f"DATABASE_URL begins with {scheme!r}; Rantai knows sqlite:/// and postgresql://.")


def describe_sqlite(url: str) -> dict[str, Any]:
    path = Path(unquote(urlsplit(url).path.removeprefix("/"))).expanduser()
    # One writer at a time: IMMEDIATE asks for the turn at the start, where waiting still helps.
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}
    return {"ENGINE": "rantai.kernel.sqlite", "NAME": str(path.resolve()), "OPTIONS": options}


def describe_postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    port = query.pop("port", None) or str(parts.port or "")
    pool = {"min_size": 1, "max_size": DATABASE_POOL.read_count(), "timeout": 20}
    return {
        "ENGINE": "rantai.kernel.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {**query, "pool": pool},
    }


def read_mail(home: Path) -> dict[str, Any]:
    """Return Django's e-mail settings; without a server, messages become files that can be read."""
    url = EMAIL_URL.read()
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": home / "mail"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise UnusableSetting(f"EMAIL_URL begins with {parts.scheme!r}; Rantai knows smtp:// and smtps://.")
    is_tls = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if is_tls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_tls,
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("starttls") == "1",
        "EMAIL_TIMEOUT": 20,
    }
