"""Plain HTTP to this machine and the local network: no certificates are read for it, which takes longer than a request."""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For httpx's `verify`, which otherwise reads every authority's certificate for each client that it makes."""
