"""What every test of the desk gets: a company, and figures that nobody read before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from rantai.foundation.access.models import User
from tests.factories import foundation


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    """A company with its roles, and nothing held from the test before."""
    cache.clear()
    foundation.make_company()
    yield
    cache.clear()


@pytest.fixture
def sign_in(client: Client) -> Callable[..., User]:
    """Sign somebody in with roles."""

    def sign(*roles: str, **facts: object) -> User:
        user = foundation.make_user(roles=roles, **facts)
        client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
        return user

    return sign
