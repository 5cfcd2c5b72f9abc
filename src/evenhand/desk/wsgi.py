"""The WSGI application, for gunicorn and other servers."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.desk.settings")
application = get_wsgi_application()
# All pages are loaded now, and stay: else each full collection of garbage looks through them, and for as long
# no thread answers.
len(get_resolver().url_patterns)
gc.collect()
gc.freeze()
# An act waits for the database some fifteen times. Each time, while another thread renders a page, it would
# get its turn only after Python's 5 ms.
sys.setswitchinterval(0.0005)
