"""What routes ask for, spelled once."""

from typing import Annotated

from fastapi import Depends

from serving.edge.principals import Principal, correlation_of, principal_of
from serving.resources import Resources, resources_of

Caller = Annotated[Principal, Depends(principal_of)]
Correlation = Annotated[str, Depends(correlation_of)]
Parts = Annotated[Resources, Depends(resources_of)]
