"""
A Django site with django-session-security and nothing else, for bench/pings.py.

DATABASE names its SQLite file, ENGINE where Django keeps its sessions.  Called
as a program it makes the database and prints a logged-in user's cookie.
"""

import os

import django

from django.conf import settings

settings.configure(
    SECRET_KEY="not a secret: only for this measurement",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="pings_site",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": os.environ["DATABASE"],
                           "CONN_MAX_AGE": None,
                           "OPTIONS": {"timeout": 30}}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "session_security"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "session_security.middleware.SessionSecurityMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends."
                   + os.environ["ENGINE"],
    SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
)

django.setup()

from django.contrib.auth import login, models           # noqa: E402
from django.core.management import call_command         # noqa: E402
from django.core.wsgi import get_wsgi_application       # noqa: E402
from django.http import HttpRequest                     # noqa: E402
from django.urls import include, path                   # noqa: E402
from django.utils.module_loading import import_string   # noqa: E402

urlpatterns = [path("session_security/", include("session_security.urls"))]

application = get_wsgi_application()


def prepare():
    call_command("migrate", verbosity=0)

    request = HttpRequest()
    request.session = import_string(settings.SESSION_ENGINE
                                    + ".SessionStore")()
    login(request, models.User.objects.create_user("user"))
    request.session.save()

    print("sessionid=" + request.session.session_key)


if __name__ == "__main__":
    prepare()
