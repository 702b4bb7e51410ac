"""The steps of a scenario while it is played: which apply to the message that just came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from simulators.scenario import Step


class Plan:
    """What the scenario wants for one message: at most one step of each kind."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self._steps = {step.do: step for step in steps}

    def get(self, do: str) -> Step | None:
        """The step of this kind, if the scenario has one here."""
        return self._steps.get(do)

    def __contains__(self, do: str) -> bool:
        return do in self._steps

    def __len__(self) -> int:
        return len(self._steps)


NO_PLAN = Plan()


class Script:
    """Counts messages and hands out the steps that are due. `add` is for steps by command."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self._seen = [0] * len(self._steps)
        self.played: list[str] = []  # what was done, in order

    def add(self, step: Step) -> None:
        """One more step; it counts from now on."""
        self._steps.append(step)
        self._seen.append(0)

    def clear(self) -> None:
        """From now on the terminal does what a terminal does."""
        self._steps.clear()
        self._seen.clear()

    def take(self, names: Collection[str]) -> Plan:
        """The plan for a message that goes by these names."""
        if not self._steps:
            return NO_PLAN
        due: list[Step] = []
        for place, step in enumerate(self._steps):
            if step.on not in names:
                continue
            self._seen[place] += 1
            if step.nth is None or step.nth == self._seen[place]:
                due.append(step)
        self.played += [step.do for step in due]
        return Plan(due) if due else NO_PLAN
