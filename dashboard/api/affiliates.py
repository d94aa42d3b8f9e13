"""`/affiliates`: the traffic sources that leads come from."""

from dashboard.api.keyed import keyed_resource
from services.catalog import affiliates
from services.catalog.affiliates import AffiliateInput

router = keyed_resource("Affiliates", one="an affiliate", service=affiliates, model=AffiliateInput)
