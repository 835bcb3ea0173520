"""HTTP to processes of this machine. Nothing is asked for certificates, which take longer to read than a request takes."""

import ssl

import httpx

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# No connection is kept: who is killed between two requests is met anew.
http = httpx.Client(verify=NO_TLS, limits=httpx.Limits(max_keepalive_connections=0))
