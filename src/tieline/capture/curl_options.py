"""curl's command line: which options take a value, and the words of a command sorted into options, addresses and requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_SHORT = {
    "A": "user-agent", "b": "cookie", "c": "cookie-jar", "C": "continue-at", "d": "data", "D": "dump-header", "e": "referer",
    "E": "cert", "F": "form", "h": "help", "H": "header", "K": "config", "m": "max-time", "o": "output", "P": "ftp-port",
    "Q": "quote", "r": "range", "t": "telnet-option", "T": "upload-file", "u": "user", "U": "proxy-user", "w": "write-out",
    "x": "proxy", "X": "request", "y": "speed-time", "Y": "speed-limit", "z": "time-cond",
}  # fmt: skip
_FLAGS = {"G": "get", "I": "head", ":": "next"}
_VALUED = """
abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at
cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode delegation
dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save
expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode
happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json
keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port location-mode login-options mail-auth
mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max
pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name
proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range
rate referer request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a
socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond
tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file url
url-query user user-agent variable vlan-priority write-out
"""

_LONG = frozenset(_VALUED.split())

Option = tuple[str, str]
"""An option's long name and its value; an address is the option `url`, `next` begins another request."""


def options(words: Sequence[str]) -> list[Option]:
    """Sort a command's words. An option that lacks its value gets an empty one."""
    found: list[Option] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            name, mark, value = word[2:].partition("=")
            if name in _LONG:
                value = value if mark else next(rest, "")
            found.append((name, value))
        elif word.startswith("-") and len(word) > 1 and word != "--":
            found += _short(word[1:], rest)
        elif word not in ("-", "--"):
            found.append(("url", word))
    return found


def _short(letters: str, rest: Iterator[str]) -> list[Option]:
    found: list[Option] = []
    for at, letter in enumerate(letters):
        if (name := _SHORT.get(letter)) is not None:
            value = letters[at + 1 :].removeprefix("=") if at + 1 < len(letters) else next(rest, "")
            return [*found, (name, value)]
        found.append((_FLAGS.get(letter, letter), ""))
    return found
