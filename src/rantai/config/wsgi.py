"""The web application as WSGI servers call it."""

import os

from django.core.wsgi import get_wsgi_application

from rantai.config import supervision, warming

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")

supervision.end_with_head()
application = get_wsgi_application()
warming.warm_up()
