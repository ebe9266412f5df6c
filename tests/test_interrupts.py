"""Interrupts that wait until what is under way can be kept."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress

import pytest
from signals import interruptible, stop

from rag.interrupts import heard, held


def _hold(done: list[str], *signals: str) -> None:
    """Send signals within a block that holds them, and beneath, in one that hears them."""
    with interruptible(), held():
        for name in signals:
            if name == "wait":
                with heard():
                    done.append("waited")
            elif name == "error":
                raise ValueError("mine")
            else:
                stop()
        done.append("end")


@pytest.mark.parametrize(
    ("signals", "done"),
    [
        (["stop"], ["end"]),
        (["stop", "stop"], []),  # whoever insists is heard at once
        (["stop", "wait"], []),  # what is waited for is not begun
        (["wait", "stop", "wait"], ["waited"]),
    ],
)
def test_an_interrupt_waits(signals: list[str], done: list[str]) -> None:
    """Until the end of the block, or until it waits for somebody else."""
    seen: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        _hold(seen, *signals)
    assert seen == done


def test_an_interrupt_is_heard_while_others_are_waited_for() -> None:
    """At once; the next one waits again, so that what there is can be kept."""
    seen = []
    with interruptible(), suppress(KeyboardInterrupt), held():
        with suppress(KeyboardInterrupt), heard():
            stop()
            seen.append("waited")
        stop()
        seen.append("end")
    assert seen == ["end"]


def test_an_error_of_the_block_is_not_hidden() -> None:
    """It ends the run anyway."""
    with pytest.raises(ValueError, match="mine"):
        _hold([], "stop", "error")


def test_in_another_thread_nothing_is_done() -> None:
    """Signals come to the main thread alone, and only it may set their handlers."""
    seen = []

    def work() -> None:
        with held(), heard():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
