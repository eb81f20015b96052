"""The exchanges of one capture, judged together."""

from __future__ import annotations

from tieline.diagnosis.finding import Role, Rule
from tieline.diagnosis.many import diagnose_all
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange

ACCESS = "dGhlIHRva2VuIG9mIGEgdGVzdA"

TOKEN = Exchange(
    id="token",
    form="har",
    request=CapturedRequest(
        method="POST",
        url="https://login.mypurecloud.ie/oauth/token",
        headers=(("Authorization", "Basic YTpi"), ("Content-Type", "application/x-www-form-urlencoded")),
        whole=True,
        body="grant_type=client_credentials",
    ),
    answer=CapturedAnswer(status=200, body=f'{{"access_token":"{ACCESS}"}}'),
)


def _launch(host: str, status: int, token: str = ACCESS) -> Exchange:
    return Exchange(
        id="launch",
        form="har",
        request=CapturedRequest(
            method="POST",
            url=f"https://{host}/api/v2/flows/executions",
            headers=(("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")),
            whole=True,
            body='{"flowId": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"}',
        ),
        answer=CapturedAnswer(
            status=status, body='{"message":"Invalid login credentials.","code":"bad.credentials","status":401}'
        ),
    )


def test_a_token_of_another_region() -> None:
    _, launch = diagnose_all([TOKEN, _launch("api.mypurecloud.com", 401)], {})
    (one,) = launch.findings
    assert (one.finding.code, one.rule, one.role) == ("TL622", Rule.REGION, Role.CAUSE)
    assert one.finding.suggestion == "api.mypurecloud.ie"


def test_a_token_of_the_same_region_is_no_fault() -> None:
    _, launch = diagnose_all([TOKEN, _launch("api.mypurecloud.ie", 401)], {})
    assert [one.finding.code for one in launch.findings] == ["TL405"]


def test_exchanges_that_only_stand_in_one_file_have_nothing_to_do_with_each_other() -> None:
    _, another, hidden = diagnose_all(
        [TOKEN, _launch("api.mypurecloud.com", 401, "another-token-altogether"), _launch("api.mypurecloud.com", 401, "<token>")],
        {},
    )
    assert [[one.finding.code for one in launch.findings] for launch in (another, hidden)] == [["TL405"], ["TL405"]]
