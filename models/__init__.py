"""What is stored. Importing this package makes the metadata whole."""

from models.api_key import ApiKey
from models.attempt import Attempt
from models.campaign import Campaign
from models.definition_version import DefinitionVersion
from models.delivery import Delivery
from models.echo import EchoCall, EchoName
from models.event import Event
from models.event_type import EventType
from models.lead import Lead
from models.postback import Postback
from models.sign_in_ticket import SignInTicket
from models.submission import Submission
from models.trial import Trial
from models.user import User
from models.user_session import UserSession
from models.worker import Worker

__all__ = [
    "ApiKey",
    "Attempt",
    "Campaign",
    "DefinitionVersion",
    "Delivery",
    "EchoCall",
    "EchoName",
    "Event",
    "EventType",
    "Lead",
    "Postback",
    "SignInTicket",
    "Submission",
    "Trial",
    "User",
    "UserSession",
    "Worker",
]
