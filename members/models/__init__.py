from .care import FamilyHelp, FamilyInsurance, FamilyVisit
from .clearing import ClearingMark, ClearingRound
from .council import Appointment, Session, Term
from .coverage import DoctorContract, FamilyContact, HospitalPass
from .family import Family, FamilyMember
from .household import ContactHousehold, HouseholdVisit
from .membership import MemberGroup, MemberOrganisation, Membership
from .person import Person
from .request import PersonalDataRequest
from .sameness import DistinctPair, MergedPerson
from .transfer import TransferRequest
from .volunteer import ServiceRecord, Volunteer, VolunteerContract, VolunteerRating, VolunteerTraining

__all__ = [
    "Appointment",
    "ClearingMark",
    "ClearingRound",
    "ContactHousehold",
    "DistinctPair",
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
    "MergedPerson",
    "Person",
    "PersonalDataRequest",
    "ServiceRecord",
    "Session",
    "Term",
    "TransferRequest",
    "Volunteer",
    "VolunteerContract",
    "VolunteerRating",
    "VolunteerTraining",
]
