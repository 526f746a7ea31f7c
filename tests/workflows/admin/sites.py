"""A second admin site, as a project may have one."""

from django.contrib.admin import AdminSite
from django.urls import path

from workflows.admin import register

site = AdminSite(name="back_office")
register(site)
urlpatterns = [path("office/", site.urls)]
