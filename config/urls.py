from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

admin.site.site_header = admin.site.site_title = "Punctual"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("workflows.urls")),
    path("admin/", admin.site.urls),
    path("", include("handlers.urls")),
    path("", include("triggers.urls")),
]
