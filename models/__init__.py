"""What is stored. Importing this package makes the metadata whole."""

from models import base  # noqa: F401 - first: it names the constraints of every table
from models.account_link import AccountLink
from models.affiliate import Affiliate
from models.api_key import ApiKey
from models.attempt import Attempt
from models.audit_entry import AuditEntry
from models.bad_key_call import BadKeyCall
from models.bulk_replay import BulkReplay
from models.bulk_resend import BulkResend
from models.campaign import Campaign
from models.campaign_event import CampaignEvent
from models.custom_field import CustomField
from models.definition_version import DefinitionVersion
from models.delivery import Delivery
from models.destination import Destination
from models.echo import EchoCall, EchoName
from models.erasure import Erasure
from models.event import Event
from models.event_list import EventList
from models.event_list_campaign import EventListCampaign
from models.event_list_member import EventListMember
from models.event_type import EventType
from models.import_chunk import ImportChunk
from models.import_job import ImportJob
from models.import_part import ImportPart
from models.incoming_url import IncomingUrl
from models.kept_answer import KeptAnswer
from models.key_allowance import KeyAllowance
from models.lead import Lead
from models.notice import Notice
from models.notice_channel import NoticeChannel
from models.notice_send import NoticeSend
from models.postback import Postback
from models.postback_failure import PostbackFailure
from models.postback_release import PostbackRelease
from models.retention_mark import RetentionMark
from models.sign_in_throttle import SignInThrottle
from models.sign_in_ticket import SignInTicket
from models.status_change import StatusChange
from models.submission import Submission
from models.trial import Trial
from models.user import User
from models.user_session import UserSession
from models.worker import Worker

__all__ = [
    "AccountLink",
    "Affiliate",
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "BadKeyCall",
    "BulkReplay",
    "BulkResend",
    "Campaign",
    "CampaignEvent",
    "CustomField",
    "DefinitionVersion",
    "Delivery",
    "Destination",
    "EchoCall",
    "EchoName",
    "Erasure",
    "Event",
    "EventList",
    "EventListCampaign",
    "EventListMember",
    "EventType",
    "ImportChunk",
    "ImportJob",
    "ImportPart",
    "IncomingUrl",
    "KeptAnswer",
    "KeyAllowance",
    "Lead",
    "Notice",
    "NoticeChannel",
    "NoticeSend",
    "Postback",
    "PostbackFailure",
    "PostbackRelease",
    "RetentionMark",
    "SignInThrottle",
    "SignInTicket",
    "StatusChange",
    "Submission",
    "Trial",
    "User",
    "UserSession",
    "Worker",
]
