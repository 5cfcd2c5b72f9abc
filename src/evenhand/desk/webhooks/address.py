"""Which addresses a webhook may have: https, and public or in a network that the operator named."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        # Special IPv4 that `is_global` of some Python versions takes for public (RFC 6890, RFC 7526).
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        # IPv6 that holds an IPv4 address (Teredo, 6to4), and documentation (RFC 9637).
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)


class AddressError(Exception):
    """A webhook leads where the desk sends nothing; the message tells an administrator why."""


def check_url(url: str) -> None:
    """Validate the address of a webhook as far as its text tells. Raises `ValidationError`.

    A host's name is looked up only when a notice is sent, and the address that it then has is checked.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValidationError(_("This is not a web address. Enter it as https://host/path.")) from None
    if parts.scheme != "https":
        raise ValidationError(_("A webhook needs https. Enter an address that begins with https://."))
    if "@" in parts.netloc:
        raise ValidationError(
            _("Leave out the user name and password. The receiver checks the signature instead.")
        )
    if not host or "\\" in url or not all(" " < character <= "~" for character in url):
        raise ValidationError(_("This is not a web address. Enter it as https://host/path."))
    try:
        address = ip_address(host)
    except ValueError:
        if host.rstrip(".").rpartition(".")[2] != "localhost":
            return
        address = ip_address("127.0.0.1")
    try:
        check_address(address, settings.WEBHOOK_NETWORKS)
    except AddressError as error:
        raise ValidationError(str(error)) from None


def check_address(address: Address, networks: Sequence[Network]) -> None:
    """Raise `AddressError` for an address that is neither public nor in one of the operator's networks."""
    if _public(address) or any(address in network for network in networks):
        return
    raise AddressError(
        _("The host's address is not public. If it is yours, name its network in %(setting)s.")
        % {"setting": "EVENHAND_DESK_WEBHOOK_NETWORKS"}
    )


def _public(address: Address) -> bool:
    """Whether anyone on the internet reaches the address. IPv6 that carries IPv4 within it is not public.

    The mapped `::ffff:0:0/96`, NAT64's `64:ff9b::/96`, loopback, unique-local and link-local addresses all
    lie outside of IPv6's global unicast.
    """
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_UNICAST):
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)
