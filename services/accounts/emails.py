"""E-mail addresses of people: one form, one check."""

from email_validator import EmailNotValidError, validate_email


def fold(email: str) -> str:
    """Return an address as it is stored and looked up."""
    return email.strip().lower()


def email_problem(email: str) -> str:
    """Return a sentence about what is wrong with a folded address, or nothing."""
    if not email:
        return "Give an e-mail address."
    try:
        # Test domains are real here: an installation may never send a mail.
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "Give an e-mail address such as ann@example.com."
    return ""
