"""Setting of a State only what differs: whatever is set is sent to the browser."""

from collections.abc import Mapping
from typing import Any

import reflex as rx


async def set_changed(state: rx.State, values: Mapping[str, Any]) -> None:
    """Set those of `values`, by the names of vars, that differ from what the State has.

    Only for a background handler, which does not hold the lock: it is taken only where something
    differs.
    """
    changed = {name: value for name, value in values.items() if getattr(state, name) != value}
    if changed:
        async with state:
            for name, value in changed.items():
                setattr(state, name, value)
