"""The description of the API at /openapi.json describes every body and leads nowhere wrong."""

import re

import httpx


async def test_every_reference_in_the_description_leads_somewhere(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/openapi.json")
    described = answer.json()
    references = set(re.findall(r'"\$ref":\s*"#/([^"]+)"', answer.text))
    assert references
    for reference in references:
        found = described
        for step in reference.split("/"):
            found = found[step]
    identifiers = [
        call["operationId"] for calls in described["paths"].values() for call in calls.values()
    ]
    assert len(identifiers) == len(set(identifiers))


async def test_every_change_describes_its_body(stranger: httpx.AsyncClient) -> None:
    paths = (await stranger.get("/openapi.json")).json()["paths"]
    for path, calls in paths.items():
        for method in calls.keys() & {"put", "patch"}:
            schema = calls[method]["requestBody"]["content"]["application/json"]["schema"]
            assert schema["properties"], (method, path)
    names = {each["name"] for each in paths["/in/{key}"]["get"]["parameters"]}
    assert names >= {"key", "event", "transaction_id", "status", "return", "test"}
    forms = paths["/in/{key}"]["post"]["requestBody"]["content"]
    assert set(forms) == {"application/json", "application/x-www-form-urlencoded"}
