"""Internet addresses as pseudonyms: from one address of one tenant always the same id, and no way back from it.

The id is an HMAC-SHA-256 under a key of this deployment, over tenant and address, so that neither whoever reads the topics nor
another tenant can tell whose address it is: hashed without a key, all four thousand million IPv4 addresses could be tried. The
address itself is kept and logged nowhere on its way.
"""

import hmac
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.identity.keys import kept_or_made

KEY_FILE = "address-key"
MAX_ADDRESS_CHARS = 45
"""An IPv6 address that ends as an IPv4 one."""
NAMED_FIELD = "customer_ip"
DIGEST_BYTES = 16
IPV6_NETWORK_BYTES = 8

# Nobody on the internet has one of these: it is the address of a proxy that the settings do not name, or of this machine.
_INSIDE = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1",
        "fc00::/7",
        "fe80::/10",
    )
)


def connected_from(scope: Mapping[str, Any]) -> str:
    """Return the address that an ASGI connection comes from (a trusted proxy's word for it included), or an empty text."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def line_of(address: str) -> bytes | None:
    """Return the bytes that tell one subscriber's line from another's; None for text that is no address.

    All of an IPv4 address; of an IPv6 address the first half: a host changes the second half by itself, every day (RFC 8981).
    An IPv4 address in IPv6's clothes (RFC 4291, section 2.5.5.2) is the IPv4 address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return found.packed[:IPV6_NETWORK_BYTES] if mapped is None else mapped.packed
    return found.packed


class AddressPseudonyms:
    """The pseudonyms under the key in `folder`, which is made at first start and shared by every worker."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key = kept_or_made(folder / KEY_FILE).encode()

    def pseudonym(self, line: bytes, *, tenant_id: str) -> str:
        """Return the id of a line (`line_of`) as this tenant sees it."""
        digest = hmac.digest(self._key, tenant_id.encode() + b"\0" + line, "sha256")
        return f"ip-{digest[:DIGEST_BYTES].hex()}"

    def of_customer(self, principal: Principal, *, connection: str, named: str | None) -> str | None:
        """Return the id of where the customer is, None where nobody knows.

        A customer's own login is where its connection comes from. A partner's or an employee's connection says nothing about
        the customer: they may name the address. Raises InvalidRequest for one that is none, and for a customer who names one.
        """
        if named is not None:
            return self._named(principal, named)
        if principal.own_only is None or _is_inside(connection):
            return None
        line = line_of(connection)
        return None if line is None else self.pseudonym(line, tenant_id=principal.tenant_id)

    def _named(self, principal: Principal, named: str) -> str:
        if principal.own_only is not None:
            raise InvalidRequest(f"{NAMED_FIELD}: a customer is where the request comes from", field=NAMED_FIELD)
        line = line_of(named)
        if line is None:
            raise InvalidRequest(f"{NAMED_FIELD}: neither an IPv4 nor an IPv6 address", field=NAMED_FIELD)
        return self.pseudonym(line, tenant_id=principal.tenant_id)


def _is_inside(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return True
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _INSIDE)
