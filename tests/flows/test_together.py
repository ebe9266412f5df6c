"""What is asked at the same time comes back in order, and only what is asked runs elsewhere."""

from __future__ import annotations

import signal
import threading
import time
from functools import partial

import pytest

from rag.errors import ServiceError
from rag.flows.together import alone, together

HERE = threading.current_thread


def work(name, turns, log, *, waits_for=None, sets=None):
    """Ask so many questions, each of which says where it ran."""

    def ask(turn):
        if waits_for and not waits_for.wait(20):
            raise AssertionError(name)
        if sets:
            sets.set()
        return f"{name}{turn}", HERE()

    answers = []
    for turn in range(turns):
        log.append(HERE())
        answer, thread = yield partial(ask, turn)
        answers.append((answer, thread is HERE()))
    return answers


def test_alone_everything_happens_here():
    """One work, or one question at a time: no thread is started."""
    log = []
    assert alone(work("a", 2, log)) == [("a0", True), ("a1", True)]
    found = list(together([work("a", 1, log), work("b", 0, log)], 1))
    assert found == [(0, [("a0", True)]), (1, [])]
    assert set(log) == {HERE()}


@pytest.mark.parametrize("last_first", [True, False])
def test_results_come_in_order_whoever_is_first(last_first):
    """The second answers only after the first has, or the other way round."""
    log, event = [], threading.Event()
    first = {"waits_for": event} if last_first else {"sets": event}
    second = {"sets": event} if last_first else {"waits_for": event}
    works = [work("a", 2, log, **first), work("b", 1, log, **second), work("c", 0, log)]
    found = list(together(works, 2))
    told = [(at, [answer for answer, _ in item]) for at, item in found]
    assert told == [(0, ["a0", "a1"]), (1, ["b0"]), (2, [])]
    assert not any(is_here for _, item in found for _, is_here in item)
    assert set(log) == {HERE()}, "only questions are asked elsewhere"


def test_no_more_questions_than_allowed_are_under_way():
    """And as many as are allowed do happen at the same time."""
    lock, now, most = threading.Lock(), [0], [0]
    both = threading.Barrier(2)

    def ask():
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        both.wait(20)
        with lock:
            now[0] -= 1

    def one():
        yield ask

    assert list(together([one() for _ in range(6)], 2)) == [(at, None) for at in range(6)]
    assert most == [2]


def test_an_error_ends_it_and_nobody_waits():
    """What is under way is left to itself, what was not begun never begins."""
    release, begun = threading.Event(), threading.Event()

    def fails():
        begun.wait(20)
        raise ValueError("no")

    def slow():
        begun.set()
        release.wait(20)

    def asking(question):
        yield question

    asked = []
    works = [asking(fails), asking(slow), asking(lambda: asked.append(1))]
    try:
        with pytest.raises(ValueError, match="no"):
            list(together(works, 2))
    finally:
        release.set()
    assert asked == []


def test_what_is_finished_when_another_fails_is_not_lost():
    """It comes before the error, also if its place is behind."""
    release, answered = threading.Event(), threading.Event()

    def fails():
        answered.wait(20)
        raise ValueError("no")

    def asking(name, question):
        yield question
        if name == "b":
            answered.set()
        return name

    def slow():
        release.wait(20)

    works = [asking("a", fails), asking("b", lambda: 1), asking("c", slow), asking("d", slow)]
    found = together(works, 2)
    try:
        assert next(found) == (1, "b")
        with pytest.raises(ValueError, match="no"):
            next(found)
    finally:
        release.set()


def test_what_is_finished_at_an_interrupt_is_not_lost():
    """It comes before the interrupt, also if its place is behind; nothing is waited for."""
    main = threading.get_ident()
    release, answered = threading.Event(), threading.Event()

    def slow():
        answered.wait(20)
        time.sleep(0.2)  # by then the other one is done
        signal.pthread_kill(main, signal.SIGINT)
        release.wait(20)

    def asking(name, question):
        yield question
        if name == "b":
            answered.set()
        return name

    found = together([asking("a", slow), asking("b", lambda: 1)], 2)
    try:
        assert next(found) == (1, "b")
        with pytest.raises(KeyboardInterrupt):
            next(found)
    finally:
        release.set()


def test_what_is_paid_when_a_service_fails_is_waited_for():
    """The answer under way finishes its work; what would need another one is left."""
    failed = threading.Event()

    def fails():
        failed.set()
        raise ServiceError("it is busy")

    def slow():
        failed.wait(20)
        time.sleep(0.1)  # by then the error is known
        return 7

    def asking(question, more=0):
        answer = yield question
        for _ in range(more):
            yield slow
        return answer

    found = together([asking(fails), asking(slow), asking(slow, more=1)], 3)
    assert next(found) == (1, 7)
    with pytest.raises(ServiceError, match="it is busy"):
        next(found)


def test_what_is_finished_when_an_answer_cannot_be_judged_is_not_lost():
    """What fails may be a work itself, between its questions."""
    done = threading.Event()

    def judged():
        yield partial(done.wait, 20)
        raise ServiceError("no judge")

    def asking():
        answer = yield lambda: 2
        done.set()
        return answer

    found = together([judged(), asking()], 2)
    assert next(found) == (1, 2)
    with pytest.raises(ServiceError, match="no judge"):
        next(found)
