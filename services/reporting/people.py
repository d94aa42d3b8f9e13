"""How a list calls a lead."""


def lead_name(first: str | None, last: str | None, email: str | None) -> str:
    """Return the lead's full name, else the e-mail, else nothing."""
    return " ".join(part for part in (first, last) if part) or email or ""
