"""CommonMark as the checklist needs it."""

from __future__ import annotations

from markdown_it import MarkdownIt


class AsWritten(MarkdownIt):
    """CommonMark in which links keep the destination that the user wrote, whatever it is."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's name
        """Return True: what cannot be fetched is named when it is fetched."""
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        """Return `url` as written."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        """Return `link` as written."""
        return link
