"""What each role may do, in words; the rights themselves stand in `services.accounts.rights`."""

from typing import Final

from models.words import Role

ROLES: Final = [(role.value, role.value.capitalize()) for role in Role]

MEANINGS: Final = {
    Role.OWNER.value: "Everything, people and API keys included.",
    Role.MANAGER.value: "Events, campaigns, postbacks and all settings; leads with their contacts; "
    "imports and the audit. No people and no API keys.",
    Role.OPERATOR.value: "The daily work: adds leads, fires events, sends tests, resends. Sees "
    "contacts masked and reveals one at a time.",
    Role.VIEWER.value: "Looks at everything and changes nothing. Contacts stay masked.",
}
