"""The import types of people, members, volunteers and families, in the order in which pages offer them."""

from portal.records.importing.registry import register

from .families import FAMILIES
from .groups import GROUPS
from .households import HOUSEHOLDS
from .memberships import MEMBERSHIPS
from .organisations import ORGANISATIONS
from .people import PEOPLE
from .volunteers import VOLUNTEERS

register(MEMBERSHIPS, ORGANISATIONS, GROUPS, PEOPLE, HOUSEHOLDS, VOLUNTEERS, FAMILIES)
