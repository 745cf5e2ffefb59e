"""What gunicorn serves: Django's WSGI application behind the bridge that slow clients wait at."""

from dashboard.web.bridge import Bridge
from dashboard.wsgi import application as django

THREADS = 8

application = Bridge(django, threads=THREADS)
