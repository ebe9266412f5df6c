"""What all tests share: no hub, patience with a busy machine, the documents beside the checkout.

The network is closed but for the loopback interface: see `addopts` in pyproject.toml.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read when huggingface_hub is imported: what no folder and no package has is nowhere.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell's background job inherits it; programs that are run here are interrupted, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A law does not fail because the machine is busy.
settings.register_profile("rag", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rag")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real documents that lies beside the checkout, or skip the test."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real documents are not here: there is no {folder}")
    return folder
