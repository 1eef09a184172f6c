import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Behind the path of an address: names that people search for, secrets of links that a mail program mangled.
QUERY = re.compile(r"""(?<=[\w/%~.-])(?:[?#]|%3[Ff]|%23)[^\s"'<>]*""")


def without_queries(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Cut every address in a line at its query, whoever wrote the line: a refusal names the Referer whole."""
    return {key: QUERY.sub("", value) if isinstance(value, str) else value for key, value in line.items()}


def json_logging(level: str) -> dict[str, object]:
    """Configure structlog and return Django's LOGGING: every record is one line of JSON on stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_queries,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    to_json = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": to_json,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Their own handlers mail, colour, write addresses whole; their records go the way of all others.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            # Both tell each step of each PDF.
            "fontTools": {"level": "WARNING"},
            "weasyprint.progress": {"level": "WARNING"},
        },
    }
