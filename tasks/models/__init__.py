from .partner import PartnerUnit
from .venue import Venue

__all__ = ["PartnerUnit", "Venue"]
