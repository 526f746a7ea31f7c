"""Badges, moments and isolated texts in templates."""

from django import template

from workflows.admin.badges import badge, icon, isolated, moment

register = template.Library()
register.simple_tag(badge)
register.simple_tag(icon)
register.filter("isolated", isolated)
register.filter("moment", moment)
