"""What the graph cannot answer, and what to do."""

from kit.errors import DomainError, NotFound, Unavailable


class NoGraph(Unavailable):
    """This bank keeps no graph."""

    code = "graph-not-kept"
    title = "This bank keeps no graph"
    remedy = "Start the profile that keeps one: `make up PROFILE=full` (docs/graph.md)."


class GraphAway(Unavailable):
    """The graph's server does not answer."""

    code = "graph-away"
    title = "The graph's server does not answer"
    remedy = "Try again after Retry-After; `baas status` shows neo4j, `baas logs neo4j` what it says."


class GraphNotBuilt(Unavailable):
    """The server answers, and nothing has been written yet."""

    code = "graph-not-built"
    title = "The graph has not been begun"
    remedy = "Start the process `graph` (`baas status` shows it), and ask again when it has caught up."


class QuestionTooLarge(DomainError):
    """It took more time or memory than a question may."""

    code = "graph-question-too-large"
    title = "The question takes more of the graph than one may"
    remedy = "Ask for fewer hops, a lower fan_out or a shorter time."


class NotInGraph(NotFound):
    """No such account or payment in this tenant's graph."""

    code = "not-in-graph"
    title = "The graph has no such account or payment"
    remedy = "Check the id; what was posted a moment ago may not be there yet (`lag` of the process `graph`)."
