from django.urls import path

from handlers import api
from handlers.events.views import callback
from handlers.outbox import views

urlpatterns = [
    path("api/works/", api.start, name="handlers_api_start"),
    path("api/works/<int:pk>/", api.show, name="handlers_api_show"),
    path(
        "callbacks/<int:execution>/<slug:node>/<slug:signature>/",
        callback,
        name="handlers_callback",
    ),
    path("outbox/", views.poll, name="handlers_outbox"),
    path("outbox/reply/", views.reply, name="handlers_outbox_reply"),
    path("outbox/dismiss/", views.dismiss, name="handlers_outbox_dismiss"),
]
