"""What set-up compiles of planning: the three doors and all that stands around them."""

from rantai_engines.planning import solve  # noqa: F401  (importing compiles)
