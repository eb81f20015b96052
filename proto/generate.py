"""Write the Python stubs of proto/tieline/v1 into a source tree (`src` unless told otherwise): messages, services, and their types.

Run by `make proto`, and by the house test that holds the committed stubs current. With `--go DIR` it writes the Go stubs of clients/go
as well, with `protoc-gen-go` and `protoc-gen-go-grpc` from the PATH.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
INCLUDES = Path(protoc.__file__).parent / "_proto"
GO_MODULE = "tieline.dev/clients/go"


def generate(out: Path) -> None:
    """Write the Python stubs under `out`/tieline/v1. Raises SystemExit when protoc refuses."""
    out.mkdir(parents=True, exist_ok=True)
    _run([f"--python_out={out}", f"--mypy_out=quiet:{out}"], _all())
    _run(
        [f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet:{out}"],
        [file for file in _all() if file.name.endswith("_service.proto")],
    )


def generate_go(out: Path) -> None:
    """Write the Go stubs under `out`, the root of the Go module. Raises SystemExit when protoc refuses."""
    _run([f"--go_out={out}", f"--go_opt=module={GO_MODULE}", f"--go-grpc_out={out}", f"--go-grpc_opt=module={GO_MODULE}"], _all())


def _all() -> list[Path]:
    return sorted((HERE / "tieline" / "v1").glob("*.proto"))


def _run(outputs: Sequence[str], files: Sequence[Path]) -> None:
    # The plugins stand beside the interpreter, which need not be on the PATH.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    code = protoc.main(["protoc", f"-I{HERE}", f"-I{INCLUDES}", *outputs, *(str(file) for file in files)])
    if code:
        raise SystemExit(code)


def main() -> None:
    """Read the command line and write the stubs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE.parent / "src", help="the source tree that gets tieline/v1")
    parser.add_argument("--go", type=Path, help="the root of the Go module, to write its stubs as well")
    given = parser.parse_args()
    generate(given.out)
    if given.go:
        generate_go(given.go)


if __name__ == "__main__":
    main()
