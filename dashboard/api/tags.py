"""The chapters of the API's description, in the order in which a newcomer needs them."""

from collections.abc import Mapping
from typing import Final

INTRODUCTION: Final = """\
JSON below `/api/v1`, with `Authorization: Bearer <key>`.

- **Lists** answer `items` and `next_cursor`, newest or first first, and take `limit` and `cursor`.
  A cursor stays where it is when rows come in.
- **Members:** `fields` of a GET names those that you want.
- **Versions:** a definition's `ETag` is its version. `If-Match` on a change is answered 409 with
  both versions when it is an old one; `If-None-Match` on a GET 304 when nothing has changed.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code` and one entry in
  `errors` per wrong field. Unknown fields and query parameters are refused, so that no misspelt
  one is lost.
- **Again:** a POST with an `Idempotency-Key` may be sent again for 24 hours: it is carried out
  once and answered each time, with `Idempotency-Replayed: true`. Another body under the same key
  is 409. Calls whose answer holds a secret take none.
- **Limits:** a key may be limited in calls per minute (429 with `Retry-After`).
- **Times** are RFC 3339 with an offset, amounts text as received.
"""

TAGS: Final[tuple[Mapping[str, str], ...]] = (
    {"name": "Events", "description": "Facts: fire events, and ask for them again."},
    {"name": "Leads", "description": "Who was captured, and what happened since."},
    {"name": "Imports", "description": "Files of leads, events and status changes."},
    {"name": "Incoming", "description": "The URL that a partner calls, in his own words."},
    {"name": "Event types", "description": "What can be fired."},
    {"name": "Postbacks", "description": "Who is told, and how; tested before it is saved."},
    {"name": "Campaigns", "description": "What leads are captured for."},
    {"name": "Campaign events", "description": "Which events are in force in a campaign."},
    {"name": "Custom fields", "description": "What an event carries in a campaign."},
    {"name": "Event lists", "description": "Events under one name, for many campaigns."},
    {"name": "Affiliates", "description": "Traffic sources."},
    {"name": "Incoming URLs", "description": "The URLs that partners were given."},
    {"name": "Keys", "description": "What programs sign in with, and within which limits."},
    {"name": "Deliveries", "description": "What is owed to partners; send it again."},
    {"name": "Submissions", "description": "The incoming log, refused calls included."},
    {"name": "Reports", "description": "Figures that equal what the log shows."},
    {"name": "Notices", "description": "What operators are told, and where it is sent."},
    {"name": "Audit", "description": "Who changed what, and who signed in."},
    {"name": "Test receiver", "description": "A partner of your own, who misbehaves on request."},
    {"name": "Operations", "description": "Probes for whoever restarts us."},
)
