"""The site as it is served: starts where it may, stops on a signal, loses nothing."""

import signal
import sqlite3
import time

import pytest


def test_a_port_in_use_is_one_sentence(firstoff, serve) -> None:
    site = serve(firstoff)
    done = firstoff("serve", "--port", str(site.port))
    assert done.returncode == 5
    assert done.stderr == (
        f"Port {site.port} on 127.0.0.1 is already in use.\n"
        f"Stop what uses it, or choose another: --port {site.port + 1}.\n"
    )


def test_passwords_cross_a_network_only_encrypted(firstoff) -> None:
    done = firstoff("serve", "--host", "0.0.0.0")
    assert done.returncode == 4
    assert done.stderr.startswith("At 0.0.0.0 passwords would cross the network unencrypted.\n")


def test_a_request_in_flight_is_finished_when_the_site_is_stopped(firstoff, serve) -> None:
    site = serve(firstoff)
    writer = sqlite3.connect(firstoff.home / "firstoff.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")  # who posts now waits for this one
    asked = site.sign_in()
    time.sleep(0.7)  # the request is in, and waits
    site.process.send_signal(signal.SIGTERM)
    time.sleep(0.7)  # the site is stopping, and waits too
    assert site.process.poll() is None
    with pytest.raises(ConnectionRefusedError):
        site.get("/sign-in/")  # nobody new is let in
    writer.execute("COMMIT")
    assert asked.answer().status == 302
    said, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 0
    assert said.splitlines()[-1] == "Stopped; every request was finished."
    assert writer.execute("SELECT COUNT(*) FROM django_session").fetchone() == (1,)
    writer.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_stop_it_as_cleanly(firstoff, serve, number: signal.Signals) -> None:
    site = serve(firstoff)
    assert site.get("/sign-in/").status == 200
    code, said = site.stop(number)
    assert (code, said.splitlines()[-1]) == (0, "Stopped; every request was finished.")


def test_missing_triggers_are_back_after_the_start(firstoff, serve) -> None:
    with sqlite3.connect(firstoff.home / "firstoff.sqlite3") as database:
        database.execute("DROP TRIGGER firstoff_rolegrant_update")
    _, said = serve(firstoff).stop()
    assert "triggers were missing and are back: firstoff_rolegrant_update" in said
    assert firstoff("doctor").returncode == 0


def test_each_request_is_logged_with_the_id_of_its_answer(firstoff, serve) -> None:
    site = serve(firstoff)
    answered = site.get("/sign-in/?who=secret").headers["X-Request-Id"]
    _, said = site.stop()
    (line,) = [text for text in said.splitlines() if "firstoff.access" in text]
    assert f" INFO {answered} firstoff.access: 127.0.0.1 GET /sign-in/ 200 " in line


def test_an_upload_over_the_limit_is_heard_out_and_refused(firstoff, serve) -> None:
    small = type(firstoff)(firstoff.home, extra={"FIRSTOFF_MAX_UPLOAD_MB": "1"})
    site = serve(small)
    answer = site.ask("POST", "/sign-in/", bytes(30_000_000)).answer()
    said = "29 MB were sent; the site takes at most 1 MB. Nothing was taken in."
    assert (answer.status, said in answer.body) == (413, True)
