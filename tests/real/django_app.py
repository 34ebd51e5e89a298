#!/usr/bin/python3
"""
Django with its usual sessions: in a database, and the cookie is their key.

    django_app.py PORT DIRECTORY PASSWORD
"""

import os
import socketserver
import sys
import wsgiref.simple_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

TEMPLATES = {
    "registration/login.html": """
        <form method="post">{% csrf_token %}{{ form }}
        <input type="hidden" name="next" value="{{ next }}">
        <button>Log in</button></form>
        """,
    "page.html": """
        <p>The letters of {{ user }}</p>
        <form method="post" action="/logout-by-post">{% csrf_token %}
        <button>Log out</button></form>
        """,
}

settings.configure(
    SECRET_KEY="of no worth outside of this test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader",
                         TEMPLATES)],
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
            ],
        },
    }],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(sys.argv[2], "django.sqlite3"),
            "OPTIONS": {"timeout": 20},
        },
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    LOGIN_URL="/login",
    LOGIN_REDIRECT_URL="/page",
    LOGOUT_REDIRECT_URL="/login",
)
django.setup()

# these look at the settings
from django.contrib.auth import decorators, logout, views  # noqa: E402
from django.contrib.auth.models import User                # noqa: E402


@decorators.login_required
def page(request):
    return render(request, "page.html")


@require_POST
def logout_by_post(request):
    """The only way out that Django 5 has."""

    logout(request)
    return redirect("/login")


urlpatterns = [
    path("page", page),
    path("login", views.LoginView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("logout-by-post", logout_by_post),
]


class Server(socketserver.ThreadingMixIn,
             wsgiref.simple_server.WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    call_command("migrate", verbosity=0)

    for name in ("alice", "bob"):
        User.objects.create_user(name, password=sys.argv[3])

    wsgiref.simple_server.make_server(
        "127.0.0.1", int(sys.argv[1]), get_wsgi_application(),
        server_class=Server).serve_forever()
