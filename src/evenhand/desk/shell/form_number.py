"""`{% form_number %}`: the hidden number of a form, by which the desk knows it when it is sent twice."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evenhand.desk.record.sent_form import FIELD, new_number

register = template.Library()


@register.simple_tag
def form_number() -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_number())
