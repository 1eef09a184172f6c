from .council import Appointment, Session, Term
from .person import Person

__all__ = ["Appointment", "Person", "Session", "Term"]
