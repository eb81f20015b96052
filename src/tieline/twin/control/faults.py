"""The control plane's handlers of faults on purpose."""

from __future__ import annotations

from typing import Any

import msgspec

from tieline.twin.control.call import Call
from tieline.twin.control.wrong import Wrong, WrongCallError
from tieline.twin.faults.fault import PRESETS, FaultError, checked, preset


class _Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    faults: list[Any] = []
    preset: str | None = None
    keep: bool = False
    seed: int | None = None


def faults(call: Call) -> Any:
    """Tell the faults, with how many requests each was for and how many it struck."""
    return call.org.deck.told()


def set_faults(call: Call) -> Any:
    """Put faults in (`faults`), or those of a preset (`preset`); `keep` leaves those that are there."""
    wanted = call.read(_Faults)
    try:
        made = checked(wanted.faults) + (preset(wanted.preset) if wanted.preset is not None else ())
        call.org.deck.set(made, keep=wanted.keep, seed=wanted.seed)
    except FaultError as fault:
        raise WrongCallError(Wrong.FAULTS, str(fault)) from None
    return faults(call)


def clear_faults(call: Call) -> Any:
    """Take all faults away."""
    call.org.deck.set(())
    return faults(call)


def presets(call: Call) -> Any:
    """Name the presets, with their faults."""
    del call
    return {"presets": PRESETS}
