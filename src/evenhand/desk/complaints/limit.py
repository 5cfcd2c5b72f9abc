"""How often the public forms may be used, counted in the database, so for all processes together."""

from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from evenhand.desk.complaints.models import Use

PER_HOUR = 30
"""Uses of one form from one address block."""
IN_TOTAL = 2_000
"""Tracking codes tried by all visitors together. A code has 131 bits: this limits load more than guessing."""
HOUR = 3600
IPV4_BLOCK, IPV6_BLOCK = 24, 48
"""Prefixes of what one visitor can easily have: providers give a household up to a /48 of IPv6."""


def sent_too_many(request: HttpRequest, form: str) -> bool:
    """Count a use of a form; whether its address block has used it more often than an hour allows."""
    return _count(f"{form}|{block(request)}") > PER_HOUR


def tried_too_many() -> bool:
    """Count a tracking code that is looked up; whether an hour allows no more, from wherever they come."""
    return _count("code|all") > IN_TOTAL


def block(request: HttpRequest) -> str:
    """The address block from which a request comes, behind a proxy as that saw it."""
    address = ip_address(get_adapter(request).get_client_ip(request))
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = IPV6_BLOCK if isinstance(address, IPv6Address) else IPV4_BLOCK
    return str(ip_network((address, prefix), strict=False))


def _count(name: str) -> int:
    """Count a use in this hour. The name holds an address, so only a keyed hash of it is kept."""
    hour = int(timezone.now().timestamp()) // HOUR
    key = salted_hmac("evenhand.complaints.limit", name, algorithm="sha256").hexdigest()
    table = Use._meta.db_table
    with connection.cursor() as cursor:
        # One statement, so that two processes never count the same use.
        cursor.execute(
            f"INSERT INTO {table} (key, hour, uses) VALUES (%s, %s, 1) "
            f"ON CONFLICT (key, hour) DO UPDATE SET uses = {table}.uses + 1 RETURNING uses",
            [key, hour],
        )
        uses = int(cursor.fetchone()[0])
    if uses == 1:
        Use.objects.filter(hour__lt=hour).delete()
    return uses
