"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstoff.site.settings")
_site = get_wsgi_application()

from firstoff.site.straight import Straight  # noqa: E402  # after Django is set up

application = Straight(_site)
