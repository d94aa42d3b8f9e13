"""`/campaigns`: what leads are captured for."""

from dashboard.api.keyed import keyed_resource
from services.catalog import campaigns
from services.catalog.campaigns import CampaignInput

router = keyed_resource("Campaigns", one="a campaign", service=campaigns, model=CampaignInput)
