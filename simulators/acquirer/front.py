"""The acquirer's front end: a stream of frames in, a stream of answers out, and what goes wrong.

Time comes in as an argument; `deadline` says when `take` has something or a slow request is due.
"""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING, Final

from simulators.acquirer import layout
from simulators.acquirer import messages as m
from simulators.acquirer.errors import BadMessage
from simulators.acquirer.frame import Frame, FrameReader
from simulators.acquirer.host import Told

if TYPE_CHECKING:
    from simulators.acquirer.host import AcquirerHost
    from simulators.acquirer.layout import Fields
    from simulators.acquirer.settings import HostFault, HostSettings

UNSENT_MAX: Final = 1_000  # bounds the answers that wait for their time
_CUT: Final = 3  # bytes that an unreadable answer lacks

_Faults = dict[str, "HostFault"]
_Request = tuple[Frame, "Fields", _Faults]


class Front:
    """One connection's worth of acquirer. `played` tells which faults happened, in order."""

    def __init__(self, host: AcquirerHost, settings: HostSettings) -> None:
        self.host = host
        self.played: list[str] = []
        self._settings = settings
        self._faults = list(settings.faults)
        self._seen = [0] * len(self._faults)
        self._reader = FrameReader()
        self._order = itertools.count()
        self._slow: list[tuple[float, int, _Request]] = []
        self._answers: list[tuple[float, int, bytes]] = []
        self._held: list[_Request] = []
        self.wish: HostFault | None = None  # for the next request of its name only

    def add(self, fault: HostFault) -> None:
        """One more fault; it counts from now on."""
        self._faults.append(fault)
        self._seen.append(0)

    def calm(self) -> None:
        """Nothing goes wrong any more; what is on its way still arrives."""
        self._faults.clear()
        self._seen.clear()

    def close(self) -> None:
        """The simulator ends."""
        self._reader.reset()
        self._answers.clear()

    @property
    def deadline(self) -> float | None:
        """When the next request or answer is due."""
        moments = [queue[0][0] for queue in (self._slow, self._answers) if queue]
        return min(moments) if moments else None

    def send(self, data: bytes, now: float) -> bool:
        """Bytes from the terminal. What cannot be read is dropped, as by a real front end."""
        try:
            frames = self._reader.feed(data)
        except BadMessage:
            return True
        for frame in frames:
            try:
                fields = layout.decode(frame.message)
            except BadMessage:
                continue
            self._arrive((frame, fields, self._due(m.name_of(fields))), now)
        return True

    def take(self, now: float) -> bytes:
        """The bytes for the terminal that are due by now."""
        while self._slow and self._slow[0][0] <= now:
            at, _, request = heapq.heappop(self._slow)
            self._handle(request, at)
        found = b""
        while self._answers and self._answers[0][0] <= now:
            found += heapq.heappop(self._answers)[2]
        return found

    # -- inside ---------------------------------------------------------------------------------

    def _due(self, name: str) -> _Faults:
        found: _Faults = {}
        for place, fault in enumerate(self._faults):
            if not fault.meets(name):
                continue
            self._seen[place] += 1
            if fault.nth in {None, self._seen[place]}:
                found[fault.do] = fault
        if self.wish is not None and self.wish.meets(name):
            found[self.wish.do] = self.wish
            self.wish = None
        self.played += found
        return found

    def _arrive(self, request: _Request, now: float) -> None:
        _, _, faults = request
        if "lose_request" in faults:
            return
        if "overtaken" in faults:
            self._held.append(request)
            return
        if "slow" in faults:
            at = now + faults["slow"].seconds
            heapq.heappush(self._slow, (at, next(self._order), request))
            return
        self._handle(request, now)
        self._handle_held()

    def _handle_held(self) -> None:
        """What was overtaken arrives now; its answer finds nobody."""
        held, self._held = self._held, []
        for frame, fields, _ in held:
            self.host.answer(frame.message, fields)

    def _handle(self, request: _Request, now: float) -> None:
        frame, fields, faults = request
        if "close_batch" in faults:
            self.host.ledger.close_batch()
        told = _told(faults)
        answers = [self.host.answer(frame.message, fields, told)]
        if "duplicate" in faults:
            answers.append(self.host.answer(frame.message, fields, told))
        if "lose_answer" in faults:
            return
        late_s = faults["late"].seconds if "late" in faults else self._settings.answer_s
        for answer in answers:
            if answer is not None:
                self._queue(frame.answer(_damaged(answer, faults)), now + late_s)

    def _queue(self, frame: Frame, at: float) -> None:
        if len(self._answers) < UNSENT_MAX:
            heapq.heappush(self._answers, (at, next(self._order), frame.encode()))


def _told(faults: _Faults) -> Told:
    code, partial = faults.get("code"), faults.get("partial")
    return Told(
        code=code.code if code is not None else "",
        partial_minor=partial.amount_minor if partial is not None else 0,
        bad_mac="break_request_mac" in faults,
    )


def _damaged(answer: bytes, faults: _Faults) -> bytes:
    if "unreadable_answer" in faults:
        return answer[:-_CUT]
    return m.broken(answer) if "break_answer_mac" in faults else answer
