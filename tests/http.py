"""HTTP to processes of this machine."""

import httpx

from kit.plain_http import NO_TLS

# No connection is kept: who is killed between two requests is met anew.
http = httpx.Client(verify=NO_TLS, limits=httpx.Limits(max_keepalive_connections=0))
