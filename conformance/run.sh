#!/usr/bin/env bash
# Starts a twin for each official client whose tool is here, walks the tour with it, and says which were skipped and why.
# `conformance/run.sh TIELINE [PYTHON [--write]]`; run by `make conformance`. Exits with 1 when a tour fails, or when none was walked.
#
# After each tour driven.py holds what the twin answered against driven.json; `--write` writes it down instead.
# The Go client comes as Go finds modules: GOPROXY and GOFLAGS are Go's own way to say where from.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tieline=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
python=${2:-$(dirname "$tieline")/python}
write=${3:-}
folder=$(mktemp -d)
twin=
passed=0
failed=0
skipped=0

stop() {
  if [ -n "$twin" ]; then
    kill "$twin" 2>/dev/null || true
    wait "$twin" 2>/dev/null || true
    twin=
  fi
}
trap 'stop; rm -rf "$folder"' EXIT

field() { "$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$folder/ready.json" "$1"; }

# tour NAME WORDS...: walk one tour against a twin of its own.
tour() {
  local name=$1
  shift
  : >"$folder/ready.json"
  "$tieline" twin --port 0 --json --seed "$here/seed.json" >"$folder/ready.json" &
  twin=$!
  for _ in $(seq 300); do
    if [ -s "$folder/ready.json" ]; then break; fi
    kill -0 "$twin" 2>/dev/null || { echo "the twin ended before it served" >&2; exit 1; }
    sleep 0.1
  done
  echo "--- $name"
  if HOME="$folder" "$@" "$(field url)" "$(field client_id)" "$(field client_secret)" "$here/tour.json" &&
    "$python" "$here/driven.py" "$name" "$(field url)" $write; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "--- $name: FAILED"
  fi
  stop
}

skip() {
  skipped=$((skipped + 1))
  echo "--- $1: SKIPPED: $2"
}

fail() {
  failed=$((failed + 1))
  echo "--- $1: FAILED: $2"
  cat "$3"
}

# ours LOG: whether an installation failed for a reason that is in this folder: a lock file that does not fit, a wrong hash.
ours() { grep -qE 'EUSAGE|EINTEGRITY|EJSONPARSE|SECURITY ERROR|checksum mismatch|go\.mod:[0-9]+' "$1"; }

if "$python" -c 'import PureCloudPlatformClientV2' 2>/dev/null; then
  tour python "$python" -W ignore "$here/python/tour.py"
else
  skip python "the package PureCloudPlatformClientV2 is not installed (make setup)"
fi

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  skip javascript "there is no Node with npm on this machine"
else
  mkdir "$folder/javascript"
  cp "$here"/javascript/{package.json,package-lock.json,*.js} "$folder/javascript"
  if (cd "$folder/javascript" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$folder/npm.log" 2>&1; then
    tour javascript node --no-warnings "$folder/javascript/tour.js"
  elif ours "$folder/npm.log"; then
    fail javascript "the official client does not install as it is locked" "$folder/npm.log"
  else
    skip javascript "the official client could not be installed: $(grep -v '^npm warn' "$folder/npm.log" | head -n 1)"
  fi
fi

if ! command -v go >/dev/null 2>&1; then
  skip go "there is no Go on this machine"
else
  mkdir "$folder/go"
  cp "$here"/go/{go.mod,go.sum,*.go} "$folder/go"
  if ! (cd "$folder/go" && go mod tidy) >"$folder/go.log" 2>&1; then
    if ours "$folder/go.log"; then
      fail go "the official client does not install as it is locked" "$folder/go.log"
    else
      skip go "the official client could not be fetched: $(grep -v '^go: \(downloading\|finding\)' "$folder/go.log" | tail -n 1 | sed 's/^[[:space:]]*//')"
    fi
  elif ! (cd "$folder/go" && go build -o tour .) >"$folder/go.log" 2>&1; then
    fail go "the tour does not build" "$folder/go.log"
  else
    tour go "$folder/go/tour"
  fi
fi

echo "conformance: $passed tours passed, $failed failed, $skipped skipped"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
