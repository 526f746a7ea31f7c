"""Tables of figures: medians, and the ratios that they are read by."""

from benchmarks.figures import Figure, Table, percentile, written
from benchmarks.peers.__main__ import table
from benchmarks.peers.lineup import PEERS, Peer


def test_a_table_gives_the_median_of_the_rounds():
    gathered = Table()
    for value in (900, 1000, 2000):
        gathered.add(Figure("W1", "run only", value, "workflows/s"))

    line = gathered.markdown().splitlines()[-1]

    assert line == "| W1 | run only | 1,000 workflows/s | 900 / 1,000 / 2,000 |"


def test_a_figure_has_as_many_digits_as_mean_something():
    assert [written(value) for value in (1234.5, 12.34, 0.123)] == [
        "1,234",
        "12.3",
        "0.12",
    ]


def test_a_percentile_is_a_value_that_occurred():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(200), 0.99) == 197


def test_peers_are_ranked_with_their_ratios():
    ours, dbos = PEERS[0].name, "DBOS, tuned"

    lines = table({dbos: [100, 300, 200], ours: [4000]}).splitlines()[2:]

    assert [line.split(" | ")[4:6] for line in lines] == [
        ["20.0x", "1.00x"],
        ["1.00x", "20.0x"],
    ]
    assert lines[0].startswith(f"| {ours} |")


def test_a_peer_without_figures_is_left_out():
    name = PEERS[0].name

    lines = table({name: [1], "DBOS, tuned": []}).splitlines()[2:]

    assert len(lines) == 1


def test_a_peer_that_is_not_installed_says_who_installs_it():
    peer = Peer("Nobody", "nothing", ("/nowhere/python",))

    assert peer.missing() == "`make bench-peers` installs it"


def test_a_peer_gets_its_part_of_the_workflows():
    peer = Peer("Slow", "nothing", ("python", "slow.py"), part=0.2)

    assert peer.run(100) == ["python", "slow.py", "run", "20"]
    assert peer.run(1)[-1] == "1"
