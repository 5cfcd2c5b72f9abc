"""The WSGI application, for gunicorn and other servers."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from evenhand.desk.environment import Mode, environment
from evenhand.desk.weak_settings import weak_settings

# Uploads, the database and its journals are for the desk alone.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.desk.settings")
if environment().mode is Mode.REAL and (_weak := weak_settings(environment())):
    # `evenhand serve` says so too; a server that is started without it must not get by.
    raise ImproperlyConfigured("the desk does not start with weak settings: " + "; ".join(_weak))
application = get_wsgi_application()
# All pages are loaded now, and stay: else each full collection of garbage looks through them, and for as long
# no thread answers.
len(get_resolver().url_patterns)
gc.collect()
gc.freeze()
# An act waits for the database some fifteen times. Each time, while another thread renders a page, it would
# get its turn only after Python's 5 ms.
sys.setswitchinterval(0.0005)
