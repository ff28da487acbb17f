"""Write logs for people or machines, each line with its request, none with personal data."""

import logging
from typing import Any

import structlog

# Whatever a neighbour's library puts in under these names is dropped: a log is kept longer than a consent.
PERSONAL_KEYS = frozenset({"email", "username", "name", "phone", "address", "password", "ip_address", "user_agent"})


def drop_personal_data(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: value for key, value in event.items() if key not in PERSONAL_KEYS}


SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    drop_personal_data,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class HidePath(logging.Filter):
    """Replace the path in Django's own lines by the route: a path may hold the token of a partner's link."""

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        if isinstance(record.args, tuple) and record.args:
            record.args = (*record.args[:-1], match.route if match else "an unknown address")
        return True


def describe_logging(log_format: str, *, level: str) -> dict[str, Any]:
    """Return Django's LOGGING for one line an event on standard error."""
    if log_format == "json":
        renderers: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # The renderer's own choice prints local variables: names, addresses, tokens of links.
        renderers = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            }
        },
        "filters": {"hide_path": {"()": HidePath}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handler would mail whole requests to admins.
            "django": {"handlers": [], "level": level, "propagate": True},
            # Refusals are no errors, and config/requests.py logs each answer with its status.
            "django.request": {"level": "ERROR", "filters": ["hide_path"]},
            "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
            # axes names the account and address of each failed sign-in.
            "axes": {"level": logging.ERROR},
        },
    }
