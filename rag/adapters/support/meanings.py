"""Words that exclude each other, and words that may be exchanged: general English, by hand.

No well-kept package carries such lists in its wheel; WordNet's readers download theirs.
"""

from __future__ import annotations

from itertools import combinations

from rag.adapters.support.lexicon import stem

_OPPOSITES = """
more/less/fewer most/least/fewest greater/lesser/smaller/lower larger/smaller bigger/smaller
higher/lower highest/lowest high/low faster/slower fast/slow quick/slow quickly/slowly
better/worse best/worst longer/shorter long/short older/newer/younger old/new/young
earlier/later early/late stronger/weaker strong/weak strength/weakness easier/harder easy/difficult
easy/hard cheaper/pricier/dearer cheap/expensive
increase/decrease/reduce/lower/decline/drop/fall/shrink/cut rise/fall/drop/decline/decrease
grow/shrink/decline/fall growth/decline/drop/fall gain/lose/loss raise/lower/cut/reduce
expand/shrink/contract/reduce improve/worsen/degrade/deteriorate boost/cut/reduce/hurt
accelerate/slow/decelerate up/down upward/downward above/below over/under before/after
prior/after previous/next/following/subsequent first/last initial/final begin/end
start/end/stop/finish
start/stop open/close enable/disable allow/forbid/prevent/prohibit/ban/block permit/forbid/prohibit
accept/reject/refuse/decline approve/reject/deny/refuse agree/disagree/refuse support/oppose
include/exclude add/remove/delete/subtract attach/detach join/leave enter/exit/leave
arrive/leave/depart come/go win/lose/loss winner/loser success/failure succeed/fail
successful/unsuccessful/failed pass/fail buy/sell purchase/sell import/export lend/borrow
give/take send/receive pull/push upload/download input/output read/write encode/decode
encrypt/decrypt compress/decompress maximum/minimum max/min maximize/minimize
maximise/minimise upper/lower top/bottom left/right north/south east/west northern/southern
eastern/western inside/outside internal/external inner/outer indoor/outdoor near/far front/back
same/different/opposite similar/different/dissimilar alike/unlike like/unlike
equal/unequal/different
always/never/sometimes all/none/some/no every/no/none everyone/nobody/none many/few much/little
often/rarely/seldom/never frequently/rarely common/rare usual/unusual possible/impossible
able/unable likely/unlikely certain/uncertain sure/unsure clear/unclear known/unknown
necessary/unnecessary required/optional mandatory/optional/voluntary relevant/irrelevant
legal/illegal valid/invalid correct/incorrect/wrong right/wrong true/false accurate/inaccurate
complete/incomplete/partial full/empty/partial dense/sparse fixed/variable static/dynamic
public/private open/closed free/paid manual/automatic manually/automatically
synchronous/asynchronous online/offline local/remote/global single/multiple
alone/together separate/combined/joint positive/negative positively/negatively
good/bad/poor happy/unhappy/sad glad/sad/angry love/hate like/dislike/hate safe/dangerous/unsafe
safe/risky healthy/sick/ill alive/dead live/die born/died kill/save/rescue survive/die
remember/forget find/lose keep/lose/discard/drop appear/disappear visible/invisible present/absent
present/past future/past ancient/modern hot/cold warm/cool wet/dry light/dark light/heavy
hard/soft thick/thin wide/narrow deep/shallow tall/short large/small/tiny big/small/little
huge/tiny/small major/minor significant/insignificant/minor important/unimportant/trivial
main/minor primary/secondary simple/complex/complicated/hard/difficult supervised/unsupervised
linear/nonlinear discrete/continuous dependent/independent direct/indirect active/passive
explicit/implicit forward/backward ahead/back ahead/behind horizontal/vertical
male/female man/woman men/women boy/girl father/mother son/daughter brother/sister
husband/wife boyfriend/girlfriend king/queen he/she his/her uncle/aunt
day/night morning/evening/night/afternoon today/tomorrow/yesterday weekday/weekend
morning/evening summer/winter spring/autumn north/south
ally/enemy friend/enemy attack/defend/defense war/peace guilty/innocent arrest/release
hire/fire employ/fire teacher/student parent/child buyer/seller employer/employee
advantage/disadvantage benefit/harm/drawback profit/loss credit/debit asset/liability
demand/supply question/answer ask/answer cause/prevent create/destroy build/destroy
construct/destroy connect/disconnect lock/unlock load/unload install/uninstall
confirm/deny admit/deny praise/criticise/criticize blame/praise
optimistic/pessimistic confident/doubtful/unsure willing/unwilling/reluctant
with/without against/for temporary/permanent short-term/long-term
outperform/underperform overestimate/underestimate exceed/trail/lag lead/trail/lag/follow
superior/inferior efficient/inefficient effective/ineffective sufficient/insufficient
stable/unstable robust/fragile faster/slower latency/throughput training/inference training/serving
january/february/march/april/may/june/july/august/september/october/november/december
monday/tuesday/wednesday/thursday/friday/saturday/sunday
first/second/third/fourth/fifth/sixth/seventh/eighth/ninth/tenth
"""
_CHAINS = ("january/", "monday/", "first/second/")
"""Lists in which each excludes every other; elsewhere only the first opposes the others."""

_SYNONYMS = """
report state announce say note declare disclose mention communicate tell inform reveal
show demonstrate prove indicate illustrate exhibit display present
study investigate examine explore research analyze analyse scrutinize inspect
propose suggest recommend advise introduce put
use utilize utilise employ apply leverage exploit usage
help assist aid support facilitate
make create produce generate build construct develop form craft
improve enhance boost better advance upgrade strengthen
increase rise grow raise expand climb surge growth jump soar gain
decrease decline drop fall reduce reduction diminish lower downturn shrink cut decline
begin began begun start commence launch initiate kick
end finish conclude complete terminate
get obtain receive acquire gain secure
give provide supply offer deliver grant furnish
need require necessitate demand
try attempt endeavor seek
buy purchase acquire
keep maintain retain preserve hold
fix solve resolve address tackle repair remedy
plan intend aim schedule propose
expect anticipate predict forecast foresee project
want wish desire hope
choose select pick opt
allow enable permit let
change alter modify adjust vary transform shift
various diverse different several multiple many numerous varied varying assorted distinct
new novel fresh recent modern
important significant crucial key vital essential major critical
big large huge great massive sizable sizeable substantial considerable
small little tiny minor compact
fast quick rapid swift speedy
hard difficult challenging tough tricky
easy simple straightforward effortless
good great excellent fine effective
problem issue challenge difficulty trouble
method approach technique way procedure strategy framework scheme
result outcome finding consequence
effect impact influence consequence
performance result accuracy
kind type sort category variety style
part component element piece portion section unit aspect
area region zone field domain
goal aim objective purpose target
idea concept notion thought
job task work role assignment
work labor labour
company firm business corporation organization organisation enterprise
person individual human people
kid child children youngster
enough sufficient ample
verify confirm validate attest substantiate verification confirmation validation attestation
said say says state stated
car vehicle automobile
house home residence
movie film picture
talk speak discuss chat converse conversation discussion
meet gather assemble encounter
leave depart go
arrive come reach
think believe consider feel reckon
know understand realize realise comprehend aware
see view observe watch notice
happen occur take
agree decide settle arrange consent
ask inquire request query
answer reply respond response
die pass perish killed
kill murder slay shoot
attack assault strike hit
arrest detain capture catch
worry concern fear anxious worried
happy glad pleased delighted
angry mad furious upset
afraid scared frightened
sad unhappy upset
also additionally moreover furthermore too
however but yet nevertheless though
because since due as
approximately about around roughly nearly almost circa
currently now presently today
previous prior earlier former preceding past
primary main chief principal
entire whole full complete total
include contain comprise consist encompass cover
combine merge integrate unite fuse blend
compare contrast
evaluate assess measure gauge test
train learn teach educate
achieve attain reach accomplish obtain
outperform surpass exceed beat
efficient effective
robust resilient sturdy
existing current present
based founded grounded
across throughout over
between among
often frequently commonly regularly
usually typically generally normally
only just merely solely
money cash funds
cost price expense
evening night
"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _OPPOSITES.split():
        words = [stem(word) for word in group.split("/")]
        every = group.startswith(_CHAINS)
        pairs = combinations(words, 2) if every else ((words[0], other) for other in words[1:])
        for one, other in pairs:
            if one != other:
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def _synonyms() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SYNONYMS.strip().splitlines()):
        for word in line.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(groups) for word, groups in found.items()}


_PAST = """
rise/rose/risen fall/fell/fallen grow/grew/grown shrink/shrank/shrunk win/won lose/lost buy/bought
sell/sold send/sent give/gave/given take/took/taken begin/began/begun come/came go/went/gone
build/built keep/kept forget/forgot/forgotten hide/hid/hidden hold/held break/broke/broken
freeze/froze/frozen forbid/forbade/forbidden withdraw/withdrew/withdrawn
"""
_BASES = {
    stem(form): stem(base)
    for base, *forms in (group.split("/") for group in _PAST.split())
    for form in forms
}
"""The stem of a verb's irregular form to that of the verb."""
_DEGREES = ("er", "est")
"""Endings under which opposites stay opposites: "deeper" and "shallower"."""

OPPOSITES = _opposites()
"""A stem to the stems that exclude it."""
SYNONYMS = _synonyms()
"""A stem to the groups of words it may be exchanged in."""
DIRECTION = frozenset(OPPOSITES)
"""Stems that have an opposite."""


def opposed(one: str, other: str) -> bool:
    """Whether two stems exclude each other; a negating prefix excludes what it negates."""
    if any(a in OPPOSITES.get(b, ()) for a in _plain(one) for b in _plain(other)):
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(
        longer == prefix + shorter for prefix in ("un", "non", "in", "im", "dis", "ir", "il")
    )


def _groups(word: str) -> frozenset[int]:
    return frozenset().union(*(SYNONYMS.get(form, ()) for form in _plain(word)))


def _plain(word: str) -> tuple[str, ...]:
    """Return a stem, and that of the word which it is a degree or an irregular form of."""
    found = (stem(word.removesuffix(end)) for end in _DEGREES if word.endswith(end))
    return (word, *found, *filter(None, [_BASES.get(word)]))


def alike(one: str, other: str) -> bool:
    """Whether two different stems may say the same: synonyms, or long words of one beginning."""
    if opposed(one, other):
        return False
    if _groups(one) & _groups(other) or _BASES.get(one, one) == _BASES.get(other, other):
        return True
    shortest = min(len(one), len(other))
    common = 0
    while common < shortest and one[common] == other[common]:
        common += 1
    return common >= 5 and common >= 0.7 * max(len(one), len(other))  # noqa: PLR2004 - half a word is another
