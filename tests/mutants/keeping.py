"""Mistakes in keeping: the journal, what it guards, the people, and the papers."""

from __future__ import annotations

from tests.mutants.planting import Edit
from tests.mutants.seed import LIVES, SUBJECT, Seed

KEEPING: tuple[Seed, ...] = (
    Seed(
        "sale-given-back-twice",
        "What earlier cases took from a sale is not subtracted, and nothing is reserved.",
        "A second case with another key gives the same sale back again.",
        (
            Edit(
                "terminal_agent.policy.decision:_money_refusal",
                "left = max(0, sale.amount.minor - history.taken_minor)",
                "left = sale.amount.minor",
            ),
            Edit(
                "terminal_agent.journal.derived:_reserve",
                "if taken.rowcount != 1:",
                "if False:",
            ),
        ),
        f"{LIVES}::test_a_sale_is_not_given_back_under_two_cases[{SUBJECT}]",
        "^Broken: .*were given back of sale",
    ),
    Seed(
        "key-means-anything",
        "The same key with another amount gives back the old case as if it were the new one.",
        "The cashier believes that the second refund was made.",
        (
            Edit(
                "terminal_agent.journal.store:Journal.create_case",
                "if not existing.created.same_intent(fact):",
                "if False:",
            ),
        ),
        "tests/journal/test_guards.py::test_the_same_key_with_another_content_is_refused",
        "^Failed: DID NOT RAISE .*JournalRefusal",
    ),
    Seed(
        "two-writers",
        "A second agent opens the journal while the first one writes.",
        "Both send: each sees only its own attempts.",
        (
            Edit(
                "terminal_agent.journal.lock:WriterLock.acquire",
                '            db.execute("BEGIN IMMEDIATE")\n            _sign(db)\n'
                '            db.execute("BEGIN IMMEDIATE")\n',
                "            _sign(db)\n",
            ),
        ),
        "tests/journal/test_store.py::test_a_second_writer_is_refused_and_told_who_writes",
        "^Failed: DID NOT RAISE .*JournalLocked",
    ),
    Seed(
        "quarantine-ignored",
        "An attempt is armed although the journal is in quarantine.",
        "What happened before is not known: money may be given back a second time.",
        (
            Edit(
                "terminal_agent.journal.derived:_armed",
                "if db.execute(\"SELECT 1 FROM standing WHERE name = 'quarantine'\").fetchone():",
                "if False:",
            ),
        ),
        "tests/journal/test_quarantine.py::test_a_journal_that_is_lost_starts_again_in_quarantine",
        "^Failed: DID NOT RAISE .*JournalRefusal",
    ),
    Seed(
        "marker-ignored",
        "Nobody looks whether the journal is the one that was left here.",
        "An older copy is believed: what it does not know is given back again.",
        (
            Edit(
                "terminal_agent.journal.store:Journal._doubt",
                "mark = self._marker.read()",
                "mark = None",
            ),
        ),
        "tests/journal/test_quarantine.py::test_an_older_copy_of_the_journal_is_noticed",
        "^AssertionError: assert None is not None",
    ),
    Seed(
        "anchor-ignored",
        "The newest anchor is not looked at when the journal is opened.",
        "A folder put back, marker and all, is believed: what it does not know is paid again.",
        (
            Edit(
                "terminal_agent.journal.store:Journal._consult",
                "doubt = witness.doubt(self)",
                "doubt = None",
            ),
        ),
        "tests/journal/test_witness.py"
        "::test_a_folder_put_back_with_its_marker_is_noticed_by_the_anchor",
        "^AssertionError: assert '' == 'quarantine.anchor_older'",
    ),
    Seed(
        "no-anchors-no-doubt",
        "A file of anchors that is gone is taken for one that never was.",
        "Journal and anchors are put back or removed together, and nobody is asked.",
        (
            Edit(
                "terminal_agent.journal.witness:Witness.newest",
                "if noted is not None and (found is None or _lies_before(found, noted)):",
                "if False:",
            ),
        ),
        "tests/journal/test_witness.py"
        "::test_while_the_file_is_not_in_order_nothing_is_armed[gone-missing]",
        "^AssertionError: assert None == Doubt",
    ),
    Seed(
        "doubtful-journal-anchored",
        "An anchor is kept of a journal that is in doubt.",
        "The next start finds that it fits: the old copy is believed.",
        (
            Edit(
                "terminal_agent.cli.journal:make",
                "if journal.quarantine() is not None or witness.doubt(journal) is not None:",
                "if False:",
            ),
        ),
        "tests/cli/test_quarantine.py"
        "::test_a_journal_in_doubt_gets_no_anchor_that_would_vouch_for_it",
        "^(AssertionError|KeyError): ",
    ),
    Seed(
        "commits-do-not-wait",
        "A commit returns before the disk has it.",
        "Power fails: the intent or the result is gone, and the money moved.",
        (Edit("terminal_agent.journal.store:connect", '"synchronous=EXTRA"', '"synchronous=OFF"'),),
        "tests/journal/test_store.py::test_the_file_has_the_settings_that_survive_a_power_cut",
        r"^AssertionError: assert \(0,\) == \(3,\)",
    ),
    Seed(
        "one-person-decides",
        "One person alone may decide an unknown refund.",
        "A cashier can write a refund off, or have it paid again, with nobody looking.",
        (
            Edit(
                "terminal_agent.refund.case:_two_people",
                "bool(first and second) and first != second",
                "True",
            ),
        ),
        "tests/refund/test_case.py::test_a_verdict_needs_two_people",
        "^Failed: DID NOT RAISE .*IllegalFact",
    ),
    Seed(
        "cashier-approves-himself",
        "The cashier counts as an approver of his own refund.",
        "One person alone can take money out of the till.",
        (
            Edit(
                "terminal_agent.refund.case:_authorised",
                "case.created.cashier not in people",
                "True",
            ),
        ),
        "tests/refund/test_case.py::test_cashier_and_approvers_are_different_people",
        "^Failed: DID NOT RAISE .*IllegalFact",
    ),
    Seed(
        "printed-before-it-is",
        "A slip is noted as printed before it is written.",
        "The disk is full: the customer has no slip, and nobody prints it again.",
        (
            Edit(
                "terminal_agent.runtime.slip_printing:SlipPrinter._kept",
                '            if error.code != "slip.exists" or slip.state is not'
                " SlipState.NOT_SENT:\n"
                "                raise\n",
                "            del error\n",
            ),
        ),
        "tests/runtime/test_slip_printing.py"
        "::test_a_disk_without_room_leaves_the_money_and_is_printed_later",
        "^AssertionError: .*slip.not_written",
    ),
    Seed(
        "card-number-in-the-trace",
        "The trace keeps messages as they are.",
        "Card numbers lie in a file that is sent around for help.",
        (Edit("drivers.trace:FrameMasker._payload", "kept = self._mask(data)", "kept = data"),),
        "tests/drivers/test_trace_masking.py::test_a_number_that_is_split_at_any_byte_is_hidden",
        "^AssertionError: .*is contained here",
    ),
)
