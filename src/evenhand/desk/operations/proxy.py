"""Forwarded headers are the proxy's word: from anybody else they are dropped before anything reads them."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_REAL_IP")


def _is_proxy(address: str) -> bool:
    if not address:
        # A Unix socket has no address; its folder says who may connect.
        return True
    return any(ip_address(address) in network for network in settings.PROXIES)


class ProxyMiddleware:
    """Drops `Forwarded`, `X-Real-IP` and `X-Forwarded-*` from requests that the proxy did not pass on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_proxy(request.META.get("REMOTE_ADDR", "")):
            for name in [n for n in request.META if n in FORWARDED or n.startswith("HTTP_X_FORWARDED_")]:
                del request.META[name]
        return self.get_response(request)
