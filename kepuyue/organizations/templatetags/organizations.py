from django import template

from kepuyue.core import audit

register = template.Library()
register.filter("action_name", audit.action_name)
