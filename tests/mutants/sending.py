"""Mistakes in sending: what goes out, when, and what is on disk by then."""

from __future__ import annotations

from tests.mutants.planting import Edit
from tests.mutants.seed import ATTEMPTS, LIVES, SUBJECT, Seed


def _resent(reason: str) -> tuple[Edit, ...]:
    exchange = "result = self._station.terminal.exchange(request, listener)"
    return (
        Edit(
            f"{ATTEMPTS}:AttemptRunner._send",
            exchange,
            f"{exchange}\n"
            f"            if result.reason in {reason}:\n"
            f"                self._station.terminal.fence(1.0, limit_s=30.0)\n"
            f"                {exchange}",
        ),
    )


SENDING: tuple[Seed, ...] = (
    Seed(
        "resend-on-silence",
        "The money message is sent again when the terminal says nothing.",
        "The terminal had heard it: the customer is paid twice.",
        _resent("('no_answer', 'timeout')"),
        f"{LIVES}::test_a_money_message_without_a_good_answer_is_asked_about[silent-{SUBJECT}]",
        "^Broken: (P1|.*written 2 times)",
    ),
    Seed(
        "resend-on-nak",
        "The money message is sent again when a NAK comes.",
        "The NAK was an ACK that the line damaged: the customer is paid twice.",
        _resent("('nak',)"),
        f"{LIVES}::test_a_money_message_without_a_good_answer_is_asked_about"
        f"[nak_and_run-{SUBJECT}]",
        "^Broken: (P1|.*written 2 times)",
    ),
    Seed(
        "intent-after-the-first-byte",
        "The intent is written down when the exchange is over.",
        "The agent dies in between: money moved and the journal knows of no attempt.",
        (
            Edit(
                f"{ATTEMPTS}:AttemptRunner._arm",
                "            ),\n            AttemptArmed(",
                "            ))\n        self._late = (\n            AttemptArmed(",
            ),
            Edit(
                f"{ATTEMPTS}:AttemptRunner._send",
                "exchange(request, listener)\n",
                "exchange(request, listener)\n            self._journal.append(self._late)\n",
            ),
        ),
        f"{LIVES}::test_a_cut_behind_the_intent_ends_in_the_truth[stay-{SUBJECT}]",
        "^AssertionError: the intent is durable before the first byte",
    ),
    Seed(
        "vote-before-durable",
        "The result is acknowledged before it is on disk.",
        "The agent dies in between: the booking stands and the journal knows of no result.",
        (
            Edit(
                "drivers.exchange:Exchange._carry_out",
                "self._listener.result_seen(record)",
                "self._late = record",
            ),
            Edit(
                "drivers.exchange:Exchange.run",
                "        if self._lost is None:",
                "        if hasattr(self, '_late'):\n"
                "            self._listener.result_seen(self._late)\n"
                "        if self._lost is None:",
            ),
        ),
        f"{LIVES}::test_an_agent_killed_behind_the_intent_ends_in_the_truth[rec1-{SUBJECT}]",
        "^Broken: .*acknowledged before it was durable",
    ),
    Seed(
        "approved-at-sight",
        "The attempt is approved when the result is read, not when the dialogue has ended.",
        "The acknowledgement is lost and the terminal undoes it: a slip about no money.",
        (
            Edit(
                f"{ATTEMPTS}:MoneyListener.result_seen",
                "        self.seen = record",
                "        self._journal.append(\n"
                "            AttemptApproved(\n"
                "                at=self._station.clock.wall(), case_id=self._case_id,\n"
                "                attempt=self._attempt, evidence=Evidence.LIVE_ANSWER,\n"
                "                record=record))\n"
                "        self.seen = record",
            ),
            Edit(
                f"{ATTEMPTS}:AttemptRunner._note_end",
                "        at = self._station.clock.wall()\n",
                "        at = self._station.clock.wall()\n"
                "        if self._journal.case(case.case_id).closed:\n"
                "            return Ending(self._journal.case(case.case_id), result)\n",
            ),
        ),
        f"{LIVES}::test_a_cut_behind_the_intent_ends_in_the_truth[rec1-{SUBJECT}]",
        "^Broken: P2",
    ),
    Seed(
        "late-result-refused",
        "A result that comes too late is answered with 84.",
        "84 asks the terminal to undo a booking that the journal may call approved.",
        (
            Edit(
                "protocols.zvt.session:ZvtSession._take_result",
                'self._note("late_result", message.code.hex())',
                'self._note("late_result", message.code.hex())\n'
                "            self._answer(message, now, commands.NOT_POSSIBLE)",
            ),
        ),
        "tests/protocols/test_zvt_late_result.py::test_a_late_result_is_left_without_any_answer",
        "^AssertionError: .*one more item: .*x84",
    ),
    Seed(
        "stale-answer-taken",
        "A result that comes before the answer to the enquiry is taken for its answer.",
        "It belongs to an older request, and proves something false about ours.",
        (
            Edit(
                "protocols.zvt.session:ZvtSession._take",
                "if self._phase is Phase.ANSWER:",
                "if self._phase is Phase.ANSWER and message.code != commands.STATUS_INFORMATION:",
            ),
        ),
        "tests/protocols/test_zvt_session.py"
        "::test_a_result_before_the_answer_to_the_command_is_not_ours",
        "^AssertionError: .*early_message",
    ),
    Seed(
        "wrong-check-value",
        "A frame is taken although its check value does not fit.",
        "A damaged amount or result code is believed.",
        (
            Edit(
                "protocols.zvt.framing:SerialFramer._carried",
                "fits = _crc(apdu) == self._buffer[crc_at : crc_at + _CRC_SIZE]",
                "fits = True",
            ),
        ),
        "tests/protocols/test_zvt_framing.py::test_a_wrong_check_value_damages_one_frame_only",
        "^AssertionError: .*check value does not fit",
    ),
    Seed(
        "open-case-ignored",
        "A new refund is sent while another one on the terminal is not settled.",
        "The terminal's last record is no longer about the first: nobody can tell any more.",
        (
            Edit("terminal_agent.runtime.agent:Agent.carry_out", "if blocking:", "if False:"),
            Edit(
                "terminal_agent.journal.derived:_baselined",
                "if other is not None:",
                "if False:",
            ),
            Edit(
                "terminal_agent.journal.derived:_case",
                "INSERT INTO open_attempts",
                "INSERT OR REPLACE INTO open_attempts",
            ),
        ),
        f"{LIVES}::test_an_unsettled_case_keeps_every_other_from_its_terminal[{SUBJECT}]",
        "^Failed: DID NOT RAISE .*JournalRefusal",
    ),
)
