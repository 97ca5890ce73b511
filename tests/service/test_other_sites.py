"""A page on another site must not be able to act in the name of whoever visits it."""

from people import People, assert_problem

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://service"},
    {"Origin": "http://annan.example"},
    {"Origin": "http://service.annan.example"},
    {"Origin": "http://service:8080"},
    {"Origin": "null"},
    {"Origin": ""},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://service"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://service"},
]


async def test_another_site_is_stopped(people: People) -> None:
    reference = await (await people.resident()).queue_up()
    client = people.agent.client
    credentials = {"username": "agent", "password": "x"}
    for headers in FOREIGN:
        for response in (
            await client.post(f"/api/cases/{reference}/claim", headers=headers),
            await client.post("/api/session", json=credentials, headers=headers),
            await client.delete("/api/session", headers=headers),
            await client.post("/api/conversations", headers=headers),
        ):
            assert_problem(response, 403, "foreign_origin")
    assert (await people.agent.get_case(reference))["state"] == "waiting"


async def test_our_own_pages_and_programs_may_act(people: People) -> None:
    for headers in OWN:
        reference = await (await people.resident()).queue_up()
        assert (await people.agent.client.post(f"/api/cases/{reference}/claim", headers=headers)).status_code == 200


async def test_a_link_on_another_site_may_lead_here(people: People) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (await people.connect().get("/health/live", headers=headers)).status_code == 200
