"""The addresses of webhooks: `path("", include("triggers.urls"))`."""

from django.urls import path

from triggers.webhook.views import receive

urlpatterns = [path("hooks/<str:token>/", receive, name="triggers_webhook")]
