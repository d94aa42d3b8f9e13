"""Every path of the dashboard, named once; functions build the paths that carry values."""

from typing import Final
from urllib.parse import quote, urlencode

import reflex as rx

OVERVIEW: Final = "/"
LOGIN: Final = "/login"
SETUP: Final = "/setup"
FORGOTTEN: Final = "/forgotten-password"
WELCOME: Final = "/welcome/[link_token]"
ACCOUNT: Final = "/account"
LEADS: Final = "/leads"
LEAD: Final = "/leads/[lead_id]"
IMPORTS: Final = "/imports"
IMPORT: Final = "/imports/[import_id]"
IMPORT_FILES: Final = "/api/import-files"
CAMPAIGNS: Final = "/campaigns"
CAMPAIGN: Final = "/campaigns/[campaign_key]"
CAMPAIGN_POSTBACK_NEW: Final = "/campaigns/[campaign_key]/postbacks/new"
CAMPAIGN_POSTBACK: Final = "/campaigns/[campaign_key]/postbacks/[postback_id]"
AFFILIATES: Final = "/affiliates"
AFFILIATE: Final = "/affiliates/[affiliate_key]"
AFFILIATE_POSTBACK_NEW: Final = "/affiliates/[affiliate_key]/postbacks/new"
AFFILIATE_POSTBACK: Final = "/affiliates/[affiliate_key]/postbacks/[postback_id]"
REPORTS: Final = "/reports"
INCOMING: Final = "/incoming"
INCOMING_URL: Final = "/incoming/[incoming_url_id]"
LOGS: Final = "/logs"
DELIVERIES: Final = "/logs/deliveries"
INCOMING_CALLS: Final = "/logs/incoming"
INCOMING_CALL: Final = "/logs/incoming/[submission_id]"
LOG_ENTRY: Final = "/logs/[event_id]"
EVENT_MANAGEMENT: Final = "/settings/events"
EVENT_NEW: Final = "/settings/new-event"
EVENT: Final = "/settings/events/[event_name]"
POSTBACK_NEW: Final = "/settings/events/[event_name]/postbacks/new"
POSTBACK: Final = "/settings/events/[event_name]/postbacks/[postback_id]"
EVENT_LISTS: Final = "/settings/event-lists"
EVENT_LIST_NEW: Final = "/settings/new-event-list"
EVENT_LIST: Final = "/settings/event-lists/[event_list_id]"
ALERTS: Final = "/settings/alerts"
ALERT_CHANNELS: Final = "/settings/alerts/channels"
ALERT_CHANNEL: Final = "/settings/alerts/channels/[channel_id]"
API_KEYS: Final = "/settings/api-keys"
USERS: Final = "/settings/users"
AUDIT: Final = "/settings/audit"
TEST_RECEIVER: Final = "/test-receiver"
TEST_RECEIVER_NAME: Final = "/test-receiver/[receiver_name]"

Text = str | rx.Var[str]


def lead(lead_id: Text) -> Text:
    """Return the path of a lead record."""
    return _below(LEADS, lead_id)


def import_(import_id: Text, **steps: Text) -> Text:
    """Return the path of one import, at a step of it."""
    return with_query(_below(IMPORTS, import_id), **steps)


def campaign(key: Text) -> Text:
    """Return the path of a campaign."""
    return _below(CAMPAIGNS, key)


def log_entry(event_id: Text) -> Text:
    """Return the path of one fired event in the log."""
    return _below(LOGS, event_id)


def delivery(event_id: Text, delivery_id: Text) -> Text:
    """Return the path of one delivery within the log entry of its event."""
    return with_query(log_entry(event_id), delivery=delivery_id)


def deliveries(**filters: Text) -> Text:
    """Return the path of the delivery log with its filters in the query."""
    return with_query(DELIVERIES, **filters)


def incoming_calls(**filters: Text) -> Text:
    """Return the path of the incoming log with its filters in the query."""
    return with_query(INCOMING_CALLS, **filters)


def unmatched_calls() -> Text:
    """Return the path of the calls that wait for their lead."""
    return incoming_calls(view="unmatched")


def incoming_call(submission_id: Text) -> Text:
    """Return the path of one call that came in."""
    return _below(INCOMING_CALLS, submission_id)


def event(name: Text) -> Text:
    """Return the path of an event's definition."""
    return _below(EVENT_MANAGEMENT, name)


def affiliate(key: Text) -> Text:
    """Return the path of an affiliate."""
    return _below(AFFILIATES, key)


def event_list(list_id: Text) -> Text:
    """Return the path of an event list."""
    return _below(EVENT_LISTS, list_id)


def incoming_url(url_id: Text) -> Text:
    """Return the path of one partner's incoming URL."""
    return _below(INCOMING, url_id)


def postback_new(owner: Text) -> Text:
    """Return the path of the form for a new postback; `owner` is the path of whose it is.

    That is an event, a campaign or an affiliate, such as `event("sale")`.
    """
    return owner + "/postbacks/new"


def postback(owner: Text, postback_id: Text) -> Text:
    """Return the path of a postback's editor; `owner` is the path of whose it is."""
    return _below(owner + "/postbacks", postback_id)


def alerts(**filters: Text) -> Text:
    """Return the path of the alerts with their filters in the query."""
    return with_query(ALERTS, **filters)


def alert_channel(channel_id: Text) -> Text:
    """Return the path of one channel for alerts."""
    return _below(ALERT_CHANNELS, channel_id)


def audit(**filters: Text) -> Text:
    """Return the path of the audit with its filters in the query."""
    return with_query(AUDIT, **filters)


def reports(**filters: Text) -> Text:
    """Return the path of the reports with their filters in the query."""
    return with_query(REPORTS, **filters)


def test_receiver(name: Text) -> Text:
    """Return the path of a test receiver's page."""
    return _below(TEST_RECEIVER, name)


def logs(**filters: Text) -> Text:
    """Return the log's path with its filters in the query; empty plain strings are left out."""
    return with_query(LOGS, **filters)


def leads(**filters: Text) -> Text:
    """Return the path of the leads list with its filters in the query."""
    return with_query(LEADS, **filters)


def with_query(path: Text, **values: Text) -> Text:
    """Return `path` with `values` as an encoded query, for strings and for Vars alike.

    A plain empty string is left out; a Var always stands in the query, even when it is empty,
    and every page reads an empty value as "no filter".
    A name ending in an underscore loses it (`from_` becomes `from`).
    """
    named = {name.rstrip("_"): value for name, value in values.items()}
    plain = {k: v for k, v in named.items() if not isinstance(v, rx.Var) and v}
    result: Text = path
    separator = "?"
    if plain:
        result = result + separator + urlencode(plain)
        separator = "&"
    for name, value in named.items():
        if isinstance(value, rx.Var):
            result = result + f"{separator}{name}=" + _encoded(value)
            separator = "&"
    return result


def _below(folder: Text, segment: Text) -> Text:
    if isinstance(segment, rx.Var):
        return folder + "/" + _encoded(segment)
    return folder + "/" + quote(segment, safe="")


def _encoded(value: rx.Var[str]) -> rx.Var[str]:
    """Let the browser percent-encode: the value is known only there."""
    return rx.Var(f"encodeURIComponent({value!s})", _var_data=value._get_all_var_data()).to(str)
