"""How often one address may use the public forms."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

PER_HOUR = 30


def sent_too_many(request: HttpRequest) -> bool:
    """Count this use; whether the address has used the public forms more often than an hour allows."""
    key = f"complaints:{get_adapter(request).get_client_ip(request)}"
    cache.add(key, 0, timeout=3600)
    try:
        return int(cache.incr(key)) > PER_HOUR
    except ValueError:
        # It ran out between the two calls.
        return False
