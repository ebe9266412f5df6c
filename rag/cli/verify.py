"""`rag verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.options import caps_options, json_option

if TYPE_CHECKING:
    from rag.flows.bundle import Proved
    from rag.flows.verify import Verification


@click.command(name="verify")
@click.argument("report", type=click.Path(path_type=Path), required=False)
@json_option
@click.option("--strict", is_flag=True, help="Statements without a citation fail, too.")
@click.option(
    "--to-bundle", type=click.Path(path_type=Path), metavar="FILE", help="Write a proof bundle."
)
@click.option(
    "--from-bundle",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check a proof bundle; needs no project.",
)
@caps_options
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    root: Path,
    report: Path | None,
    as_json: bool,
    strict: bool,
    to_bundle: Path | None,
    from_bundle: Path | None,
) -> int:
    """Check every claim of REPORT (the project's own, if none is given) again.

    One line for each claim that does not hold; exit status 1 if there is any, if the project's own
    report shows no claim of the last edition, or another one no claim at all.
    """
    if from_bundle is not None:
        if report is not None or to_bundle is not None:
            raise click.UsageError("--from-bundle takes neither a report nor --to-bundle")
        return _check(from_bundle, as_json=as_json, strict=strict)
    from rag.cli.screen import say
    from rag.cli.session import reading
    from rag.files import replace_file
    from rag.flows.verify import verify_report

    with reading(root) as (project, tools):
        project.read_checklist()  # a folder without one gets no store
        if to_bundle is not None:
            _refuse_other(to_bundle)
        found = verify_report(project, tools, report)
        text = Path(found.report).read_bytes().decode("utf-8", "surrogateescape")
        say(found.model_dump_json(indent=2) if as_json else as_text(found, strict=strict))
        if to_bundle is not None:
            from rag.flows.bundle import bundle_of

            replace_file(to_bundle, bundle_of(tools, text, found).encode())
    return 1 if found.failures or found.absence or (strict and found.statements) else 0


def as_text(found: Verification, *, strict: bool = False) -> str:
    """Return one line a claim that does not hold, one a statement of the user's, and a count."""
    name = Path(found.report).name
    lines = [
        f"{name}:{item.line}: {item.verdict}: {item.reason}: {_short(item.text)}"
        for item in found.failures
    ]
    word = "uncited" if strict else "yours, uncited"
    lines += [f"{name}:{item.line}: {word}: {_short(item.text)}" for item in found.statements]
    lines += [found.absence] if found.absence else []
    held = len(found.claims) - len(found.failures)
    lines.append(f"{held} of {len(found.claims)} claims hold")
    return "\n".join(lines)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 100 else f"{words[:99]}…"  # noqa: PLR2004 - a line's worth


def _refuse_other(to_bundle: Path) -> None:
    """Refuse a bundle where none can be, or over anything else: the store, say, or a reference."""
    if to_bundle.is_dir():
        raise click.UsageError(f"--to-bundle: {to_bundle} is a folder, name a file")
    if not to_bundle.parent.is_dir():
        raise click.UsageError(f"--to-bundle: there is no folder {to_bundle.parent}, make it")
    if to_bundle.is_file() and not _is_bundle(to_bundle.read_bytes()):
        raise click.UsageError(f"--to-bundle would overwrite {to_bundle}, which is no bundle")


def _is_bundle(content: bytes) -> bool:
    """Whether a file is a bundle, of whatever version, or empty."""
    import json

    try:
        found = json.loads(content or b'{"claims": [], "report": ""}')
    except ValueError:
        return False
    return isinstance(found, dict) and {"claims", "report"} <= found.keys()


def _check(path: Path, *, as_json: bool, strict: bool) -> int:
    from rag.cli.screen import say
    from rag.errors import UsageError
    from rag.flows.bundle import check

    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        raise UsageError(
            f"{path} is no bundle", advice="rag verify --to-bundle writes one"
        ) from None
    found = check(text)
    say(_proved_as_json(found) if as_json else _proved_as_text(found))
    return 1 if found.problems or (strict and found.uncited) else 0


def _proved_as_text(found: Proved) -> str:
    """Return one line a problem, support as it was recorded, and counts."""
    lines = [f"{item.check} {item.subject}: {item.reason}" for item in found.problems]
    scores: dict[str, list[float]] = {}
    for claim in found.bundle.claims:
        scores.setdefault(claim.support.scorer, []).append(claim.support.score)
    lines += [
        f"support as recorded: {len(given)} claims, {scorer}, {min(given):.2f} to {max(given):.2f}"
        for scorer, given in sorted(scores.items())
    ]
    lines.append(
        f"{len(found.bundle.claims)} claims on {len(found.bundle.references)} references, "
        f"{len(found.problems)} problems, {found.uncited} statements without a citation"
    )
    lines.insert(-1, _told(found))
    return "\n".join(lines)


def _told(found: Proved) -> str:
    """Return the line that tells of the history."""
    editions = found.history.editions
    if not editions:
        return "history: none"
    if any(item.check == "history" for item in found.problems):
        return f"history: {len(editions)} editions, not proved"
    edited = ", edited by hand since" if editions[-1].text != found.bundle.report else ""
    return f"history as recorded: {len(editions)} editions lead to the report{edited}"


def _proved_as_json(found: Proved) -> str:
    import json

    problems = [item._asdict() for item in found.problems]
    claims = [
        {"id": item.id, "section": item.section, "text": item.text, **item.support.model_dump()}
        for item in found.bundle.claims
    ]
    editions = [
        item.model_dump(include={"number", "at", "cause", "calls"})
        for item in found.history.editions
    ]
    content = {
        "problems": problems,
        "uncited": found.uncited,
        "editions": editions,
        "claims": claims,
    }
    return json.dumps(content, indent=2)
