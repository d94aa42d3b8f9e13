"""The first call with a new key, to be copied by a developer."""

from models.words import KeyScope


def curl(origin: str, scope: str) -> str:
    """Return a cURL call that the scope may make; the key stays out of it."""
    if scope == KeyScope.READ:
        return (
            f'curl "{origin}/api/v1/events?limit=5" \\\n  -H "Authorization: Bearer $AFTERLEAD_KEY"'
        )
    return (
        f"curl -X POST {origin}/api/v1/events \\\n"
        '  -H "Authorization: Bearer $AFTERLEAD_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: $(uuidgen)" \\\n'
        '  -d \'{"event": "sale", "transaction_id": "t-1001"}\''
    )


def python(origin: str, scope: str) -> str:
    """Return the same call in Python, with the library that most programs have."""
    head = (
        "import os, uuid\n\nimport httpx\n\n"
        if scope != KeyScope.READ
        else "import os\n\nimport httpx\n\n"
    )
    client = (
        "api = httpx.Client(\n"
        f'    base_url="{origin}/api/v1",\n'
        '    headers={"Authorization": f"Bearer {os.environ[\'AFTERLEAD_KEY\']}"},\n'
        ")\n"
    )
    if scope == KeyScope.READ:
        return head + client + 'print(api.get("/events", params={"limit": 5}).json())'
    return (
        head
        + client
        + "answer = api.post(\n"
        + '    "/events",\n'
        + '    json={"event": "sale", "transaction_id": "t-1001"},\n'
        + '    headers={"Idempotency-Key": str(uuid.uuid4())},\n'
        + ")\n"
        + "print(answer.json())"
    )
