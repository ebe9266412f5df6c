"""What dresses a page and is no content: menus, share buttons, sign-up boxes; and split bodies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 200
"""Longer lines say something."""
_FURNITURE = re.compile(
    r"""
    (?:please\s)?(?:click\shere\sto\s)?(?:sign\s?up|subscribe|register)\b.{0,120}
        \b(?:newsletters?|inbox|emails?|updates|alerts|channel|podcast|today|now|here)\b.*
  | get\b.{0,80}\b(?:delivered|sent)\b.{0,40}\b(?:inbox|email|letterbox|door)\b.*
  | (?:follow|like|find)\s(?:us|him|her|them|me)\son\b.*
  | (?:share|tweet|pin|e-?mail|print|save)
        (?:\s(?:this|on|via|to|article|page|story|post|link)\b.{0,40})?
  | (?:order\s)?reprints? | print\s(?:this\s)?(?:article|page|story)
  | (?:see|read|learn|watch|view|load|show)\s(?:more|also|all|next)\b.{0,2}
  | (?:see|read|watch)\s(?:more|also|next)\s?[:|].*
  | don['\u2019]t\smiss\b.{0,3} | advertisements?\b.{0,40} | sponsored(?:\scontent)?
  | (?:leave|post)\sa\scomment.*
  | (?:\d+\s)?comments?(?:\s\(\d+\))? | recommended(?:\sfor\syou)?
  | related\s(?:articles?|stories|posts?|links?|content|news)\b.{0,3}
  | trending(?:\snow)?\b.{0,3} | skip\sto\s(?:main\s)?content | back\sto\stop | table\sof\scontents
  | (?:copyright\s)?©.* | copyright\s.*\ball\srights\sreserved.* | all\srights\sreserved\.?
  | an\serror\shas\soccurred,?\splease\stry\sagain.* | thank\syou\.?
  | this\sarticle\shas\sbeen\ssent\sto.*
  | have\sa\stip\?.* | tell\sus\swhat\syou\sthink\b.{0,5}
  | (?:facebook|twitter|linkedin|whatsapp|pinterest|reddit|instagram|google\+|e-?mail|copy\slink)
  | (?:we\suse|this\s(?:web)?site\suses)\scookies\b.* | accept\s(?:all\s)?cookies
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MENU_ITEMS = 8
_MENU_WORDS = 4
_BODY = re.compile(r"(?:article|post|entry|story)[-_]{0,2}(?:body|content|text)", re.IGNORECASE)
_SPLIT_PARAGRAPH = 100
_CONTAINERS = ("div", "section")
_LOOSE_IN = ("div", "section", "article", "main", "center")
_LOOSE = {"a", "br", "code", "img", "kbd", "q", "s", "samp", "span", "sub", "sup", "var", "wbr"}
_LOOSE_WORDS = 80
_EMPHASIS = (
    *("abbr", "acronym", "b", "big", "cite", "dfn", "em", "font", "i", "ins", "mark", "small"),
    *("strong", "time", "u"),
)


def is_furniture(words: str) -> bool:
    """Whether a whole line of a page is what pages say to be shared, followed and paid."""
    return len(words) <= _LONGEST and _FURNITURE.fullmatch(words.strip(" -–—•|·\t")) is not None


def tidy(tree: Any) -> None:
    """Take menus out of a page and put an article cut into several containers together."""
    from lxml.etree import strip_tags

    for menu in [element for element in tree.iter("ul", "ol", "nav") if _is_menu(element)]:
        if menu.getparent() is not None:
            menu.drop_tree()
    # The extractor ends a paragraph at emphasis in text that stands outside of `p`.
    strip_tags(tree, *_EMPHASIS)
    for container in list(tree.iter(*_LOOSE_IN)):
        _wrap_loose(container)
    _join_bodies(tree)


def _is_menu(element: Any) -> bool:
    """Whether a list is nothing but many short links."""
    if element.tag == "nav":
        return True
    items = element.findall("li")
    return len(items) >= _MENU_ITEMS and all(_is_link(item) for item in items)


def _is_link(item: Any) -> bool:
    words = item.text_content().split()
    linked = "".join(link.text_content() for link in item.iter("a")).split()
    short = len(words) <= _MENU_WORDS or item.find(".//ul") is not None
    return short and "".join(words) == "".join(linked)


def _wrap_loose(container: Any) -> None:
    """Put long text that stands loose among the blocks of a container into paragraphs.

    The extractor reads paragraphs better than loose text; an empty line parts two of them.
    """
    loose = (container.text, *(child.tail for child in container))
    if sum(len((text or "").strip()) for text in loose) < _LOOSE_WORDS:
        return
    nodes = list(_runs(container))
    for child in list(container):
        container.remove(child)
    container.text = None
    for node in nodes:
        if node.tag != "p" or node.attrib or _loose_words(node) >= _LOOSE_WORDS:
            container.append(node)
            continue
        _append_text(container, node.text)
        container.extend(list(node))


def _runs(container: Any) -> Iterator[Any]:
    """Yield the blocks of a container, and between them new paragraphs of what stands loose."""
    from lxml.html import Element

    run, last = Element("p"), None
    run.text = container.text
    for child in list(container):
        tail, child.tail = child.tail, None
        after_break = last is not None and last.tag == "br" and not (last.tail or "").strip()
        if child.tag in _LOOSE and not (child.tag == "br" and after_break):
            child.tail = tail
            run.append(child)
            last = child
            continue
        yield run
        if child.tag not in _LOOSE:
            yield child
        run, last = Element("p"), None
        run.text = tail
    yield run


def _loose_words(run: Any) -> int:
    linked = sum(len(link.text_content()) for link in run.iter("a"))
    return len(run.text_content().strip()) - linked


def _append_text(container: Any, text: str | None) -> None:
    if len(container):
        container[-1].tail = (container[-1].tail or "") + (text or "")
    else:
        container.text = (container.text or "") + (text or "")


def _join_bodies(tree: Any) -> None:
    """Move the content of later containers of an article's body into the first.

    Some pages cut one article into several containers of one class, with advertisements
    between; the extractor reads the first. Containers are taken for one article when they have
    the same class, lie as deep in the page, and share an ancestor not far above.
    """
    for bodies in _split_bodies(tree):
        first, *others = bodies
        for other in others:
            for child in list(other):
                first.append(child)


def _split_bodies(tree: Any) -> Iterator[list[Any]]:
    groups: dict[tuple[str, Any], list[Any]] = {}
    for element in tree.iter(*_CONTAINERS):
        name = element.get("class") or ""
        if not _BODY.search(name) or not _has_paragraph(element):
            continue
        above = element.getparent()
        home = above.getparent() if above is not None else None
        if home is not None and home.tag != "body":
            groups.setdefault((name, home), []).append(element)
    for group in groups.values():
        if len(group) > 1 and not any(_is_nested(element, group) for element in group):
            yield group


def _is_nested(element: Any, group: list[Any]) -> bool:
    return any(above in group for above in element.iterancestors())


def _has_paragraph(element: Any) -> bool:
    return any(len(child.text_content()) >= _SPLIT_PARAGRAPH for child in element.findall("p"))
