"""The exchanges of one capture, judged together."""

from __future__ import annotations

from tieline.diagnosis.finding import Role, Rule
from tieline.diagnosis.many import diagnose_all
from tieline.domain.exchange import CapturedAnswer, CapturedRequest, Exchange

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
    answer=CapturedAnswer(status=200, body='{"access_token":"t"}'),
)


def _launch(host: str, status: int) -> Exchange:
    return Exchange(
        id="launch",
        form="har",
        request=CapturedRequest(
            method="POST",
            url=f"https://{host}/api/v2/flows/executions",
            headers=(("Authorization", "Bearer t"), ("Content-Type", "application/json")),
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
