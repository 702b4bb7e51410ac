"""Link strings: what is understood, and what is refused by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadLinkSettings
from drivers.links.factory import LinkSettings, build_link, parse_link
from protocols.kit.contract import SerialDefaults

DEFAULTS = SerialDefaults(baud=19200, bits=7, parity="E", stop_bits=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("serial:/dev/ttyUSB0", LinkSettings("serial", device="/dev/ttyUSB0")),
        ("  serial:COM3 ", LinkSettings("serial", device="COM3")),
        ("serial:\\\\.\\COM12", LinkSettings("serial", device="\\\\.\\COM12")),
        (
            "serial:/dev/ttyUSB0?baud=115200&bits=7&parity=O&stop_bits=1.5&rts=off&dtr=on"
            "&write_timeout_s=2.5",
            LinkSettings(
                "serial",
                device="/dev/ttyUSB0",
                baud=115200,
                bits=7,
                parity="O",
                stop_bits=1.5,
                rts=False,
                dtr=True,
                write_timeout_s=2.5,
            ),
        ),
        ("tcp:192.0.2.10:20007", LinkSettings("tcp", host="192.0.2.10", port=20007)),
        ("tcp:[2001:db8::1]:22000", LinkSettings("tcp", host="2001:db8::1", port=22000)),
        (
            "tcp:terminal.example:1?connect_timeout_s=3&write_timeout_s=1",
            LinkSettings(
                "tcp", host="terminal.example", port=1, connect_timeout_s=3, write_timeout_s=1
            ),
        ),
    ],
)
def test_a_link_string_says_it_all(text: str, expected: LinkSettings) -> None:
    assert parse_link(text) == expected


def test_what_a_serial_link_leaves_out_comes_from_the_protocol() -> None:
    settings = parse_link("serial:COM3?baud=9600", serial=DEFAULTS)
    assert settings == LinkSettings(
        "serial", device="COM3", baud=9600, bits=7, parity="E", stop_bits=2
    )


@pytest.mark.parametrize("text", ["tcp:terminal", "tcp:[::1]"])
def test_the_usual_network_port_comes_from_the_protocol(text: str) -> None:
    assert parse_link(text, tcp_port=20007).port == 20007
    with pytest.raises(BadLinkSettings, match="names no port"):
        parse_link(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "names no link"),
        ("/dev/ttyUSB0", "names no link"),
        ("serial:", "names no link"),
        ("usb:1234", "'usb' does not exist"),
        ("serial:COM3?speed=9600", "option 'speed=9600' does not exist for serial"),
        ("serial:COM3?baud", "option 'baud' does not exist"),
        ("serial:COM3?baud=9600&baud=9600", "baud is given twice"),
        ("serial:COM3?baud=49", "baud=49 is not a whole number from 50"),
        ("serial:COM3?baud=9600.5", "baud=9600.5"),
        ("serial:COM3?baud=٩٦٠٠", "is not a whole number"),
        ("serial:COM3?baud=" + "9" * 5000, "is not a whole number"),
        ("serial:COM3?bits=9", "bits=9"),
        ("serial:COM3?parity=even", "parity=even is none of N, E, O, M, S"),
        ("serial:COM3?stop_bits=3", "stop_bits=3 is none of 1, 1.5, 2"),
        ("serial:COM3?rts=yes", "rts=yes is none of on, off"),
        ("serial:COM3?write_timeout_s=0", "write_timeout_s=0 is not a number of seconds"),
        ("serial:COM3?write_timeout_s=nan", "is not a number of seconds"),
        ("serial:COM3?write_timeout_s=soon", "is not a number of seconds"),
        ("tcp:terminal:0", "port '0' is not a whole number from 1 to 65535"),
        ("tcp:terminal:65536", "port '65536'"),
        ("tcp:terminal:", "port ''"),
        ("tcp::20007", "names no host"),
        ("tcp:2001:db8::1", "port 'db8::1'"),
        ("tcp:[2001:db8::1", "no address in brackets"),
        ("tcp:[2001:db8::1]22", "no address in brackets"),
        ("tcp:[]:22", "names no host"),
        ("tcp:terminal:22?baud=9600", "does not exist for tcp"),
    ],
)
def test_what_is_wrong_is_named(text: str, names: str) -> None:
    with pytest.raises(BadLinkSettings) as caught:
        parse_link(text)
    assert names in str(caught.value)
    assert caught.value.code == "link.bad_settings"
    assert caught.value.what_to_do
    assert caught.value.details == {"link": text}


@given(st.text(max_size=40), st.sampled_from(["", "serial:", "tcp:", "serial:COM3?", "tcp:h:1?"]))
def test_any_text_is_understood_or_refused(text: str, start: str) -> None:
    try:
        settings = parse_link(start + text, serial=DEFAULTS, tcp_port=20007)
    except BadLinkSettings:
        return
    assert build_link(settings).transport == settings.kind


def test_the_built_link_carries_the_settings() -> None:
    serial = build_link(parse_link("serial:COM3?baud=115200&parity=E&stop_bits=2"))
    assert serial.description == "serial line COM3, 115200 8E2"
    tcp = build_link(parse_link("tcp:192.0.2.10:20007"))
    assert tcp.description == "network terminal 192.0.2.10:20007"


def test_a_kind_that_no_parser_lets_through_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="usb"):
        build_link(LinkSettings("usb"))
