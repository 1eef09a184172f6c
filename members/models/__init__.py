from .care import FamilyHelp, FamilyInsurance, FamilyVisit
from .council import Appointment, Session, Term
from .coverage import DoctorContract, FamilyContact, HospitalPass
from .family import Family, FamilyMember
from .household import ContactHousehold, HouseholdVisit
from .membership import MemberGroup, MemberOrganisation, Membership
from .person import Person
from .request import PersonalDataRequest
from .volunteer import ServiceRecord, Volunteer, VolunteerContract, VolunteerRating, VolunteerTraining

__all__ = [
    "Appointment",
    "ContactHousehold",
    "DoctorContract",
    "Family",
    "FamilyContact",
    "FamilyHelp",
    "FamilyInsurance",
    "FamilyMember",
    "FamilyVisit",
    "HospitalPass",
    "HouseholdVisit",
    "MemberGroup",
    "MemberOrganisation",
    "Membership",
    "Person",
    "PersonalDataRequest",
    "ServiceRecord",
    "Session",
    "Term",
    "Volunteer",
    "VolunteerContract",
    "VolunteerRating",
    "VolunteerTraining",
]
