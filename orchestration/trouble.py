"""What a step does when something is wrong: what may pass is tried again, what will not is said in the domain's words."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from dagster import Backoff, Failure, Jitter, RetryPolicy

from kit.errors import DomainError, Unavailable

# A server that restarts is there again within a minute.
RETRY = RetryPolicy(max_retries=2, delay=20, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn an error into a failure that is not tried again unless waiting may help; a domain's says what to do."""
    try:
        yield
    except DomainError as problem:
        raise Failure(
            description=f"{problem.title}: {problem.detail}",
            metadata={"code": problem.code, "what_to_do": problem.remedy},
            allow_retries=isinstance(problem, Unavailable),
        ) from problem
    except psycopg.ProgrammingError as problem:
        raise Failure(description=f"PostgreSQL refuses a statement: {problem}", allow_retries=False) from problem
