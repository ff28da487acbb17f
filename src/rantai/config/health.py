"""Answer what watches the process: does it live, and can it serve?"""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from rantai.config import schema
from rantai.foundation.access import rules as access


@access.public
def show_health(request: HttpRequest) -> HttpResponseBase:
    """Say that the process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@access.public
def show_readiness(request: HttpRequest) -> HttpResponseBase:
    """Say whether pages can be served: the database answers and has the schema of this program."""
    problem = find_problem()
    if problem:
        response = JsonResponse({"status": "not ready", "problem": problem}, status=503)
        # The watcher asks every few seconds; the request log says it already.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
    return JsonResponse({"status": "ok"})


def find_problem() -> str | None:
    try:
        pending = schema.count_pending()
    except DatabaseError:
        return "the database does not answer"
    return f"{pending} migrations are missing: run rantai migrate" if pending else None
