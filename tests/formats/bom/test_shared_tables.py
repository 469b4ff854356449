"""Real tables of many tools, with the counts that somebody else made of them."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom, read_boms
from firstoff.formats.bom.summaries import cost
from firstoff.formats.offers import read_offers
from firstoff.rules.bom.draft import BomFile, counts

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "bom"

pytestmark = [
    pytest.mark.slow,  # reads the same big files for many questions
    pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there"),
]


def read(name: str) -> BomFile:
    if not (CASES / name).exists():
        pytest.skip(f"{CASES / name} is not there")
    return read_bom(CASES / name)


# kind, encoding, delimiter, header row; lines, pieces fitted, designators, lines not fitted,
# designators not fitted. Pieces are over what is fitted: the lists count 10 more of glasgow's.
@pytest.mark.parametrize(
    ("name", "how", "figures"),
    [
        ("altium_cariboulite_full.xlsx", ("altium", "", "", 1), (50, 205, 205, 0, 0)),
        ("altium_limesdr_usb_1v4_r7.xls", ("altium", "", "", 1), (124, 801, 861, 8, 60)),
        ("altium_odrive_v3.3.csv", ("altium", "cp1252", ",", 1), (42, 195, 195, 0, 0)),
        ("altium_px4_imu_revC.xlsx", ("altium", "", "", 1), (12, 23, 23, 0, 0)),
        ("digikey_neo_orderqty.csv", ("digikey", "utf-8", ",", 1), (28, 52, 52, 0, 0)),
        ("digikey_tomu.csv", ("digikey", "utf-8-sig", ",", 1), (7, 10, 10, 0, 0)),
        ("eagle_trezor_model_t.txt", ("eagle", "utf-8", "fixed", 1), (106, 104, 106, 2, 2)),
        ("easyeda_protonema_1031.csv", ("easyeda", "utf-16", "\t", 1), (9, 11, 11, 0, 0)),
        ("jlcpcb_candlelight_v2.csv", ("jlcpcb", "utf-8-sig", ",", 1), (22, 39, 39, 0, 0)),
        ("kibom_libresolar_mppt20a.csv", ("kibom", "utf-8", ";", 1), (62, 141, 141, 0, 0)),
        ("kibom_ulx3s_wide.csv", ("kibom", "utf-8", ",", 1), (52, 196, 196, 0, 0)),
        ("kicad_glasgow_revC3.csv", ("kicad-csv", "utf-8", ",", 1), (57, 224, 234, 4, 10)),
        ("kicad_pslab.csv", ("kicad-csv", "utf-8", ",", 1), (60, 175, 175, 0, 0)),
        ("kicad_tomu_ungrouped.csv", ("kicad-csv", "utf-8", ",", 1), (22, 10, 22, 12, 12)),
        ("kitspace_tomu_1click.tsv", ("kitspace", "utf-8", "\t", 1), (7, 10, 10, 0, 0)),
        ("mcmaster_neo_fasteners.csv", ("mcmaster", "utf-8", ",", 1), (6, 24, 6, 0, 0)),
        ("multilevel_nasa_osr_parts_list.csv", ("multilevel", "utf-8", ",", 1),
         (47, 147, 0, 0, 0)),
        ("ods_vesc_4.12.ods", ("table", "", "", 1), (46, 115, 123, 5, 8)),
        ("ods_zubax_myxa_mechanical.ods", ("table", "", "", 1), (5, 9, 0, 0, 0)),
        ("xlsx_odri_foot_switch.xlsx", ("table", "", "", 3), (13, 20, 20, 0, 0)),
        ("xlsx_openbci_cyton.xlsx", ("table", "", "", 2), (34, 78, 77, 0, 0)),
    ],
)  # fmt: skip
def test_files_have_the_counts_of_the_list(name, how, figures):
    file = read(name)
    found = counts(file.lines)
    assert (file.kind, file.encoding, file.delimiter, file.header_row) == how
    assert (
        found.lines,
        found.pieces,
        found.designators,
        found.do_not_populate,
        found.do_not_populate_designators,
    ) == figures
    assert file.refused == ()


@pytest.mark.parametrize(
    ("name", "parts", "alternates", "without"),
    [
        ("altium_cariboulite_full.xlsx", 52, 2, 0),
        ("kibom_libresolar_mppt20a.csv", 62, 6, 4),
        ("kicad_pslab.csv", 31, 1, 27),
        ("kitspace_tomu_1click.tsv", 11, 4, 0),
        ("multilevel_nasa_osr_parts_list.csv", 44, 0, 1),
        ("digikey_tomu.csv", 7, 0, 0),
        ("digikey_neo_orderqty.csv", 0, 0, 28),
        ("kicad_tomu_ungrouped.csv", 1, 0, 21),
    ],
)
def test_manufacturer_parts_and_alternates(name, parts, alternates, without):
    found = counts(read(name).lines)
    assert (found.manufacturer_parts, found.alternates) == (parts, alternates)
    assert found.without_manufacturer_part == without


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("xlsx_openbci_cyton.xlsx", [(24, "Quantity 2, but 1 designator: D8.")]),
        ("kicad_pslab.csv", [
            (4, "Value '10nF', but C0603C104J4RACTU is 100\u00a0nF."),
            (38, "Value '12k', but RR0816P-103-D is 10\u00a0kΩ."),
        ]),
        ("kicad_glasgow_revC3.csv", [
            (48, "'CAT24M01YI−GT3' has a sign that only looks like a hyphen; "
             "read as CAT24M01YI-GT3."),
        ]),
        ("altium_px4_imu_revC.xlsx", []),
        ("digikey_tomu.csv", []),
    ],
)  # fmt: skip
def test_contradictions_name_their_row(name, warnings):
    assert [(w.row, w.sentence) for w in read(name).warnings] == warnings


def test_commas_and_spaces_stay_in_part_numbers():
    numbers = {s.mpn for line in read("altium_cariboulite_full.xlsx").lines for s in line.sources}
    assert {"MMBT3904,215", "SG-8018CG 125.0000M-TJHSA3"} <= numbers


def test_a_parts_list_with_a_multiplier_has_its_cost():
    file = read("multilevel_nasa_osr_parts_list.csv")
    assert cost(file.lines) == {"USD": Decimal("1253.31")}
    assert [w.row for w in file.warnings if w.code == "unquoted-delimiter"] == [43, 44, 45, 46]


def test_lead_times_are_read_beside_the_lines():
    offers = [line.offers[0] for line in read("digikey_tomu.csv").lines]
    assert max(offer.lead_time_days or 0 for offer in offers) == 22 * 7


def test_orders_and_packs_are_kept_apart_from_usage():
    order = read("digikey_neo_orderqty.csv").lines[0]
    pack = read("mcmaster_neo_fasteners.csv").lines[1]
    assert (order.quantity, order.offers[0].ordered) == (2, 3)
    assert (pack.quantity, pack.offers[0].pack) == (4, 1)


def test_lcsc_numbers_are_no_manufacturer_parts():
    lines = read("jlcpcb_candlelight_v2.csv").lines
    assert len({o.number for line in lines for o in line.orderables}) == 21


def test_ranges_are_counted_out():
    line = next(line for line in read("ods_vesc_4.12.ods").lines if "Q1" in line.designators)
    assert line.designators == ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6")


# One row of the list holds nothing but a star: 234 rows, 233 parts, one of them twice.
def test_a_list_of_parts_is_read_as_parts_and_as_offers():
    name = "avl_px4_parts_database.csv"
    file = read(name)
    assert (file.kind, len(file.lines)) == ("price-list", 233)
    assert [w.row for w in file.warnings if w.code == "no-line"] == [227]
    assert counts(file.lines).manufacturer_parts == 231
    offers = read_offers(CASES / name)
    assert (len({row.row for row in offers.rows}), len(offers.refused)) == (233, 0)
    assert len({row.mpn for row in offers.rows if row.mpn}) == 231


def test_a_set_of_files_is_one_bill_with_three_levels():
    folder = CASES / "gitplm_multilevel"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    (file,) = read_boms([(path.name, path) for path in sorted(folder.iterdir())])
    found = counts(file.lines)
    assert (file.top, found.lines, found.levels) == ("ASY-001-0000", 12, 3)
    assert [w for w in file.warnings if w.code == "rolled-up"] == []
    assert _times(file, "SCR-002-0002") == 56


def _times(file: BomFile, number: str) -> Decimal:
    total = Decimal(0)
    for line in file.lines:
        if line.number != number:
            continue
        amount, above = line.quantity or Decimal(0), line.parent
        while above is not None:
            amount *= file.lines[above].quantity or Decimal(0)
            above = file.lines[above].parent
        total += amount
    return total


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_files_cut_off_anywhere_are_read_or_refused(share):
    for path in sorted(CASES.iterdir()):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        try:
            read_bom(raw[: int(len(raw) * share)], name=path.name)
        except InvalidInput as error:
            assert error.message  # noqa: PT017
