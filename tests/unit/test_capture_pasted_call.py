"""Calls as a browser's network panel copies them beside curl."""

from __future__ import annotations

import json

from tieline.capture.read import read_captures

ID = "9863b810-8682-4e57-bea3-8a3e244c48a0"
FETCH = """await fetch("https://api.mypurecloud.com/api/v2/flows/executions", {
  "headers": {
    "accept": "*/*",
    "authorization": "bearer abcdef",
    "content-type": "application/json"
  },
  "body": "{\\"flowId\\":\\"9863b810-8682-4e57-bea3-8a3e244c48a0\\"}",
  "method": "POST"
});"""
NODE = """const answer = await fetch('https://api.mypurecloud.com/api/v2/flows/executions', {
  method: 'POST',
  headers: { Authorization: 'Bearer abc' },
  body: JSON.stringify({ flowId: '9863b810-8682-4e57-bea3-8a3e244c48a0', inputs: { a: 1 } }),
});"""
POWERSHELL = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
Invoke-WebRequest -UseBasicParsing -Uri "https://api.mypurecloud.com/api/v2/flows/executions" `
-Method "POST" `
-WebSession $session `
-Headers @{
"Authorization"="Bearer abcdef"
  "x-note"="it is `"quoted`""
} `
-ContentType "application/json" `
-Body "{`"flowId`":`"9863b810-8682-4e57-bea3-8a3e244c48a0`"}\""""


def test_a_copied_fetch() -> None:
    [exchange] = read_captures(FETCH, "a.txt", {})
    request = exchange.request
    assert (exchange.form, request.method) == ("call", "POST")
    assert request.url == "https://api.mypurecloud.com/api/v2/flows/executions"
    assert request.header("Authorization") == "bearer abcdef"
    assert json.loads(request.body or "") == {"flowId": ID}


def test_a_fetch_written_by_hand() -> None:
    [exchange] = read_captures(NODE, "a.txt", {})
    assert json.loads(exchange.request.body or "") == {"flowId": ID, "inputs": {"a": 1}}
    assert exchange.request.header("content-type") is None


def test_a_fetch_of_an_address_alone_is_a_get() -> None:
    [exchange] = read_captures('fetch("https://api.mypurecloud.com/api/v2/flows")', "a.txt", {})
    assert (exchange.request.method, exchange.request.body) == ("GET", "")


def test_powershell_with_its_backticks() -> None:
    [exchange] = read_captures(POWERSHELL, "a.txt", {})
    request = exchange.request
    assert request.method == "POST"
    assert request.header("x-note") == 'it is "quoted"'
    assert request.header("Content-Type") == "application/json"
    assert json.loads(request.body or "") == {"flowId": ID}


def test_several_calls_keep_their_lines() -> None:
    found = read_captures(f"{FETCH}\n\n{NODE}", "a.txt", {})
    assert [exchange.place.line for exchange in found] == [1, 11]


def test_an_invocation_without_an_address_is_none() -> None:
    [exchange] = read_captures("Invoke-WebRequest -Method POST", "a.txt", {}, form="call")
    assert exchange.form == "body"
