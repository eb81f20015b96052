#!/usr/bin/env bash
# Builds the Go caller and runs it against a gateway and a twin of its own: one launch followed to its end, one refusal
# with every fault, and a stream of batches. `clients/go/run.sh TIELINE`; run by `make go`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tieline=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
if ! command -v go >/dev/null 2>&1; then
  echo "make go: SKIPPED: there is no Go on this machine (the Go caller needs Go 1.23 or later)"
  exit 0
fi
folder=$(mktemp -d)
trap 'kill "${demo:-}" 2>/dev/null || true; wait "${demo:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT

if ! (cd "$here" && go mod download) 2>"$folder/go.log"; then
  echo "make go: SKIPPED: the Go modules could not be fetched: $(tail -n 1 "$folder/go.log")"
  exit 0
fi
(cd "$here" && go vet ./... && go build -o "$folder/launch" ./cmd/launch)
"$tieline" demo --json --data "$folder/demo" >"$folder/ready.json" &
demo=$!
for _ in $(seq 600); do
  if [ -s "$folder/ready.json" ]; then break; fi
  kill -0 "$demo" || { echo "the demo ended before it served" >&2; exit 1; }
  sleep 0.1
done
addr=$(sed -E 's/.*"grpc":"([^"]+)".*/\1/' "$folder/ready.json")

echo "--- one launch, followed to its end"
"$folder/launch" -addr "$addr" -inputs '{"customerId": "c-1", "reason": "from Go", "attempt": 1}'
echo "--- a refusal, every fault named"
if "$folder/launch" -addr "$addr" -inputs '{"customerID": "c-1", "attempt": 1.5}'; then
  echo "a faulty launch was not refused" >&2
  exit 1
fi
echo "--- a stream of batches"
"$folder/launch" -addr "$addr" -stream 1000
echo "make go: passed"
