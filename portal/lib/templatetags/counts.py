from django import template

from portal.lib import figures

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """Write a count as 1,674."""
    return figures.grouped(number)
