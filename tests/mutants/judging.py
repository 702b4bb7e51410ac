"""Mistakes in judging: what counts as proof of what became of an attempt."""

from __future__ import annotations

from tests.mutants.planting import Edit
from tests.mutants.seed import ATTEMPTS, JUDGE, LIVES, RECOVERY, SUBJECT, Seed

JUDGING: tuple[Seed, ...] = (
    Seed(
        "armed-is-not-sent",
        "An attempt that was armed when the agent died is taken for not sent.",
        "It had been sent: the next press pays again.",
        (
            Edit(
                f"{RECOVERY}:Recoverer._begin",
                "        for attempt in case.open_attempts:\n",
                "        nothing = Judgement(Verdict.NOT_BOOKED, Evidence.NOT_STARTED, ())\n"
                "        for attempt in case.open_attempts:\n"
                "            if attempt.state is AttemptState.ARMED:\n"
                "                facts.append(self._dead(case, attempt, nothing))\n"
                "                continue\n",
            ),
            Edit(
                f"{RECOVERY}:Recoverer.recover",
                "            talk = talk or",
                "            if not case.open_attempts:\n"
                "                return Recovered(case)\n"
                "            talk = talk or",
            ),
        ),
        f"{LIVES}::test_an_agent_killed_behind_the_intent_ends_in_the_truth[stay-{SUBJECT}]",
        "^Broken: P[12]",
    ),
    Seed(
        "verdict-by-timer",
        "An unknown attempt counts as not booked when the terminal cannot be reached in time.",
        "The booking stands: the next press pays again.",
        (
            Edit(
                f"{RECOVERY}:Recoverer.recover",
                "return Recovered(self._interrupted(case), error)",
                "late = Judgement(Verdict.NOT_BOOKED, Evidence.UNCHANGED, ())\n"
                "                return Recovered(self._write(case, late, None), error)",
            ),
        ),
        f"{LIVES}::test_a_cut_behind_the_intent_ends_in_the_truth[stay-{SUBJECT}]",
        "^Broken: P[12]",
    ),
    Seed(
        "no-baseline",
        "The terminal's last record from before the attempt is not kept.",
        "The record of an earlier booking passes for ours, or nobody can tell any more.",
        (Edit(f"{ATTEMPTS}:AttemptRunner._arm", "baseline=before.record", "baseline=None"),),
        f"{LIVES}::test_a_cut_behind_the_intent_ends_in_the_truth[stay-{SUBJECT}]",
        "^(Broken: P[12]|AssertionError: .*(ATTEMPTING|attempting))",
    ),
    Seed(
        "no-fence",
        "The line counts as silent at once; nobody waits for what is still on its way.",
        "The late answer of the money message passes for the answer to the enquiry.",
        (
            Edit(
                "drivers.terminal:Terminal.fence",
                "quiet = self._silence(quiet_s, self._clock.monotonic() + limit_s)",
                "quiet = True",
            ),
        ),
        "tests/drivers/test_terminal.py"
        "::test_the_fence_waits_for_silence_without_a_break_and_reopens_with_a_new_session",
        "^AssertionError: .*4.5",
    ),
    Seed(
        "no-horizon",
        "One idle answer is enough; nobody waits until the terminal must have undone its booking.",
        "A booking that is about to be undone counts as money returned.",
        (
            Edit(
                "terminal_agent.refund.idle:IdleWatch.feed",
                "return self._horizon_s == 0 or now - self._since > self._horizon_s",
                "return True",
            ),
        ),
        f"{LIVES}::test_a_terminal_that_undoes_late_and_says_idle_is_waited_for[{SUBJECT}]",
        "^Broken: P2",
    ),
    Seed(
        "no-record-is-believed",
        "A terminal that has no record is taken for a terminal that has booked nothing.",
        "An end of day emptied it: the booking stands, and the next press pays again.",
        (
            Edit(
                f"{JUDGE}:_judge_last",
                'return _cannot("doubt.no_record")',
                'return _not_booked(Evidence.UNCHANGED, "proof.unchanged")',
            ),
        ),
        "tests/refund/test_recovery.py::test_each_rule_says_its_reason",
        "^AssertionError: .*doubt.no_record",
    ),
    Seed(
        "another-terminals-record",
        "The record of another terminal is believed.",
        "Its booking passes for ours, or its silence for proof that nothing was booked.",
        (Edit(f"{JUDGE}:_other_terminal", "return len(known) > 1", "return False"),),
        "tests/refund/test_recovery.py::test_each_rule_says_its_reason",
        "^AssertionError: .*doubt.other_terminal",
    ),
    Seed(
        "wrong-number",
        "On a terminal that others use, any number that went up counts as the next one.",
        "Somebody else's booking passes for proof of what became of ours.",
        (
            Edit(
                f"{JUDGE}:_by_number",
                "    if steps > 1:\n        return _cannot",
                "    if steps > 99:\n        return _cannot",
            ),
        ),
        "tests/refund/test_recovery.py::test_the_judge_never_contradicts_the_truth"
        "[False-stay-L+N-Operation.REFUND]",
        "^AssertionError: .*NOT_BOOKED.*booked",
    ),
    Seed(
        "numbers-over-an-end-of-day",
        "Numbers of two batches are compared as if they were of one.",
        "They began anew at the end of the day: the comparison proves something false.",
        (
            Edit(
                "terminal_agent.refund.numbers:_one_batch",
                "    before, after = _moment",
                "    return True\n    before, after = _moment",
            ),
            Edit(
                "terminal_agent.refund.numbers:_one_batch",
                "return baseline.batch_number == last.batch_number",
                "return True",
            ),
        ),
        "tests/refund/test_numbers.py::test_steps_between_two_records",
        "^AssertionError: assert 1 == None",
    ),
)
