"""What set-up compiles of planning: all that a full plan calls; who holds a plan compiles what that needs besides."""

from rantai_engines.planning import solve  # noqa: F401  (importing compiles)
