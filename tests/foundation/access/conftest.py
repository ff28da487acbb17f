"""The staff pages of a database without a company all lead to its founding, so that these tests have one."""

import pytest

from tests.factories import foundation as make


@pytest.fixture(autouse=True)
def company(request: pytest.FixtureRequest) -> None:
    """Make the company of tests that use the database."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        make.make_company()
