"""The only builder of adapters: configuration in, tools out, each made when first used."""

from rag.wiring.wired import Wired

__all__ = ["Wired"]
