"""What a log keeps of a failure, and what it leaves out."""

import io
import logging
import logging.config

import pytest

from rantai.config.logs import describe_logging


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_failure_is_told_without_the_values_it_had_in_hand(log_format: str) -> None:
    formatter = describe_logging(log_format, level="INFO")["formatters"]["line"]
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(formatter["()"](processors=formatter["processors"]))
    logger = logging.Logger("rantai.test")
    logger.addHandler(handler)

    def fail() -> None:
        token = "".join(["secret", "-of-", "a-link"])
        raise ValueError(len(token))

    try:
        fail()
    except ValueError:
        logger.exception("It failed.")

    assert "ValueError: 16" in kept.getvalue()
    assert "in fail" in kept.getvalue()
    assert "secret-of-a-link" not in kept.getvalue()
