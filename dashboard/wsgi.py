"""Django's WSGI application, which gunicorn serves through ``dashboard.web``.

gunicorn loads it before it forks, so that its processes share the memory. What is loaded is frozen:
the collector would otherwise write into all of it, and each process end up with a copy.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()
# the pages are otherwise imported at the first request of each process
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
