"""What headers mean, by their words, by each other and by what stands below them."""

import pytest

from firstoff.formats.bom import BomMapping, fingerprint, read_bom
from firstoff.formats.bom.headers import header, normal
from firstoff.formats.bom.meanings import BY_KEY, MEANINGS
from firstoff.formats.bom.synonyms import PHRASES
from tests.formats.bom.tables import csv, meanings, refusal, table


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Designator", "designators"),
        (" Reference", "designators"),
        ("Ref Des", "designators"),
        ("Référence", "designators"),
        ("位号", "designators"),
        ("Designator / 位号", "designators"),
        ("Quantity Per PCB", "quantity"),
        ("qty used", "quantity"),
        ("# req in assy", "quantity"),
        ("Menge", "quantity"),
        ("order qty", "order_quantity"),
        ("Quantity to Buy", "order_quantity"),
        ("pack qty", "pack"),
        ("Sold in Packs of", "pack"),
        ("minimum_order_quantity", "minimum"),
        ("MPN", "mpn"),
        ("MPN2", "mpn"),
        ("MP_N2", "mpn"),
        ("Manufacturer Part Number 1", "mpn"),
        ("Manu. P/N", "mpn"),
        ("MFG_PN", "mpn"),
        ("Mfr. #", "mpn"),
        ("manf#", "mpn"),
        ("Manufacter Part#", "mpn"),
        ("MPN/Seeed SKU", "mpn"),
        ("Hersteller", "manufacturer"),
        ("MANF", "manufacturer"),
        ("MFG1", "manufacturer"),
        ("Manufacturer / Part No.", "maker_mpn"),
        ("Alternative", "alternates"),
        ("LCSC Part #", "distributor_number"),
        ("Digi-Key Part Number", "distributor_number"),
        ("DIGIKEY#", "distributor_number"),
        ("Digike_y2", "distributor_number"),
        ("mcmaster part num", "distributor_number"),
        ("Order code", "distributor_number"),
        ("Distributor1_PN", "distributor_number"),
        ("price100_Mouser", "price"),
        ("Unit$", "price"),
        ("100+", "price"),
        ("Price @ 1k", "price"),
        ("Ext. Price", "extended_price"),
        ("Price (sum)", "extended_price"),
        ("Quantity (per board)", "quantity"),
        ("Lead time (weeks)", "lead_time"),
        ("Place (YES/NO)", "populate"),
        ("do_not_load", "dnp"),
        ("Mfg Std Lead Time", "lead_time"),
        ("lead_time_days", "lead_time"),
        ("RoHS Status", "compliance"),
        ("BOM Level", "level"),
        ("IPN", "number"),
    ],
)
def test_headers_are_understood(text, meaning):
    assert header(text).candidates[0].rstrip("?") == meaning


@pytest.mark.parametrize("text", ["", "Datasheet", "Koncar", "12", "Side", "x" * 200])
def test_other_headers_are_nobodys(text):
    assert header(text).candidates == ()


def test_every_candidate_is_a_meaning():
    named = {each.rstrip("?") for _, candidates in PHRASES.values() for each in candidates}
    assert named - set(BY_KEY) == set()


def test_every_meaning_has_a_label_and_a_hint():
    assert [m.key for m in MEANINGS if not m.label or not m.hint.endswith(".")] == []


def test_a_price_says_from_how_many_and_where():
    found = header("price1500_Mouser")
    assert (found.numbers, found.distributor) == ((1500,), "Mouser")


def test_a_price_has_the_currency_of_its_header():
    assert header("Unit Price (EUR)").currency == "EUR"


def test_headers_are_remembered_without_case_and_signs():
    assert normal("Mfg Part Num") == normal("Manu. P/N").replace("pn", "part number")


# ---------------------------------------------------------------- settled by each other


def test_a_part_number_beside_an_mpn_is_ones_own():
    file = table("Part Number,MPN,Qty", "P-1,AB-12345,1")
    assert meanings(file) == {"Part Number": "number", "MPN": "mpn", "Qty": "quantity"}


def test_a_part_number_alone_is_the_manufacturers():
    file = table("Part Number,Qty", "AB-12345,1")
    assert file.lines[0].sources[0].mpn == "AB-12345"


def test_a_comment_is_the_value_where_no_column_is():
    file = table("Comment,Designator,Footprint", "10k,R1,0603")
    assert file.lines[0].value == "10k"


def test_a_comment_beside_a_value_is_a_note():
    file = table("Value,Comment,Designator", "10k,check,R1")
    assert (file.lines[0].value, file.lines[0].notes) == ("10k", "check")


def test_part_is_designators_where_it_holds_them():
    file = table("Qty,Part,Value", '2,"R1, R2",10k', "1,C1,1u")
    assert meanings(file)["Part"] == "designators"


def test_part_is_a_name_where_it_does_not():
    file = table("Qty,Part,References", "2,R_Small,R1 R2", "1,C_Small,C1")
    assert (meanings(file)["Part"], file.lines[0].name) == ("name", "R_Small")


def test_of_two_columns_called_reference_the_one_that_holds_designators_is_it():
    file = table("Reference,Designator,Qty", "AB-12345,R1,1", "CD-67890,R2,1")
    assert meanings(file) == {"Reference": "mpn", "Designator": "designators", "Qty": "quantity"}


def test_a_customer_reference_with_designators_in_it_is_them():
    file = table("Digi-Key Part Number,Customer Reference,Quantity 1", "1-ND,R1 R2,2")
    assert file.lines[0].designators == ("R1", "R2")


def test_a_customer_reference_with_a_name_in_it_is_not():
    file = table("Digi-Key Part Number,Customer Reference,Quantity", "1-ND,for Bob,2")
    assert meanings(file)["Customer Reference"] == ""


def test_quantity_used_is_usage_and_order_quantity_is_not():
    file = table("order qty,qty used,ref des", "10,2,R1 R2")
    assert file.lines[0].quantity == 2
    assert file.lines[0].offers[0].ordered == 10


def test_a_part_number_of_a_distributor_is_known_by_its_form():
    file = table("Index,Quantity,Part Number,Manufacturer Part Number", "1,2,296-1234-1-ND,AB-1")
    line = file.lines[0]
    assert [(o.distributor, o.number) for o in line.orderables] == [("Digi-Key", "296-1234-1-ND")]
    assert (line.number, line.sources[0].mpn) == ("", "AB-1")


def test_price_tiers_are_no_quantities():
    file = table("MPN,Quantity 1,Quantity 2,Designator", "AB-12345,2,500,R1 R2")
    assert (file.lines[0].quantity, meanings(file)["Quantity 2"]) == (2, "")


def test_a_library_name_is_a_part_number_where_it_looks_like_one():
    file = table("Designator,LibRef", "R1,RC0603FR-0710KL", "H1,M3 Hole", "C1,GRM188R61")
    assert [(line.sources[:1] and line.sources[0].mpn, line.name) for line in file.lines] == [
        ("RC0603FR-0710KL", ""),
        ((), "M3 Hole"),
        ("GRM188R61", ""),
    ]


def test_a_second_table_beside_the_first_is_not_mixed_with_it():
    file = table("Qty,MPN,Description,,MPN,Description", "1,AB-1,fan,,ZZ-9,glue", "1,CD-2,,,,")
    assert [(line.description, len(line.sources)) for line in file.lines] == [("fan", 1), ("", 1)]


def test_unknown_columns_are_kept():
    file = table("Designator,MPN,Koncar,Datasheet", "R1,AB-12345,FR001,http://x")
    assert file.lines[0].attributes == {"Koncar": "FR001", "Datasheet": "http://x"}


def test_columns_of_the_same_name_are_kept_apart():
    file = table("Designator,Value,Side,Side", "R1,10k,a,b")
    assert file.lines[0].attributes == {"Side": "a", "Side (2)": "b"}


# ---------------------------------------------------------------- makers and their numbers


def sources(file) -> list[tuple[str, str]]:
    return [(source.mpn, source.manufacturer) for source in file.lines[0].sources]


def test_duplicate_headers_are_ranked_alternates():
    file = table("References\tManufacturer\tMPN\tManufacturer\tMPN", "R1\tAcme\tAB-1\tBest\tCD-2")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "Best")]


def test_numbers_in_headers_pair_makers_with_parts():
    file = table("Ref,MPN,MFG2,MPN2,MFG1", "R1,AB-1,Best,CD-2,Acme")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "Best")]


def test_makers_and_parts_with_other_numbers_pair_in_their_order():
    file = table("Ref,Manufacturer_1,MPN_2,Manufacturer_3,MPN_4", "R1,Acme,AB-1,Best,CD-2")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "Best")]


def test_the_same_header_again_is_an_alternate():
    file = table("Ref,Manufacturer,Part Number,Manufacturer,Part Number", "R1,A,AB-1,B,CD-2")
    assert sources(file) == [("AB-1", "A"), ("CD-2", "B")]


def test_a_misspelt_header_is_understood():
    file = table("Refrence,Quanity,Discription", "R1,1,resistor")
    assert meanings(file) == {
        "Refrence": "designators",
        "Quanity": "quantity",
        "Discription": "description",
    }


@pytest.mark.parametrize(
    "text", ["Composant,Nombre,Prix", "Element,Sztuk,Opis", "部品番号,数量,説明"]
)
def test_other_languages_are_understood(text):
    assert table(text, "AB-12345,2,3").lines[0].quantity == 2


def test_total_beside_a_price_is_money_and_without_one_a_quantity():
    assert meanings(table("MPN,Qty,Price,Total", "AB-1,2,1.5,3"))["Total"] == "extended_price"
    assert meanings(table("MPN,Qty,Total", "AB-1,2,20"))["Total"] == "extended_quantity"


def test_an_item_that_is_no_number_is_a_name():
    assert table("Item,Qty", "motor,2", "wheel,4").lines[0].name == "motor"


def test_cost_beside_a_unit_cost_is_that_of_the_line():
    file = table("MPN,Qty,Unit Cost,Cost", "AB-1,2,1.50,3.00")
    assert meanings(file)["Cost"] == "extended_price"


def test_a_second_number_without_a_maker_has_none():
    file = table("Ref,Manufacturer,MPN,MPN2", "R1,Acme,AB-1,CD-2")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "")]


def test_alternates_come_after_the_preferred_part():
    file = table("Ref,Alternative,MPN,Manufacturer", "R1,CD-2,AB-1,Acme")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "")]


def test_an_alternate_has_the_maker_beside_it():
    file = table("Ref,MPN,Manufacturer,Alt MPN,Alt Manufacturer", "R1,AB-1,Acme,CD-2,Best")
    assert sources(file) == [("AB-1", "Acme"), ("CD-2", "Best")]


@pytest.mark.parametrize("cell", ["Acme / AB-12345", "Acme AB-12345", "Acme: AB-12345"])
def test_maker_and_number_in_one_cell(cell):
    assert sources(table("Ref,Manufacturer / Part No.", f"R1,{cell}")) == [("AB-12345", "Acme")]


def test_a_vendor_makes_it_where_nobody_else_does():
    assert sources(table("Ref,Vendor,VENDOR_PN", "R1,Murata,GRM155R71C104")) == [
        ("GRM155R71C104", "Murata")
    ]


def test_a_vendor_sells_it_beside_a_maker():
    line = table("Ref,Manufacturer,MPN,Vendor,Vendor PN", "R1,A,AB-1,LCSC,C123").lines[0]
    assert [(o.distributor, o.number) for o in line.orderables] == [("LCSC", "C123")]


def test_a_distributor_in_the_cell_is_told_from_its_number():
    line = table("Ref,Order code", "R1,RS 7559568", "R2,Farnell 2614454").lines[0]
    assert (line.orderables[0].distributor, line.orderables[0].number) == ("RS", "7559568")


def test_a_distributor_beside_its_number():
    line = table("Ref,Supplier,Supplier Part", "R1,LCSC,C123").lines[0]
    assert (line.orderables[0].distributor, line.orderables[0].number) == ("LCSC", "C123")


# ---------------------------------------------------------------- what a person says


def test_a_mapping_overrides_the_guess():
    raw = csv("Designator,Koncar,MPN", "R1,AB-1,x")
    file = read_bom(raw, mapping=BomMapping({1: "mpn", 2: ""}))
    assert file.lines[0].sources[0].mpn == "AB-1"
    assert file.lines[0].attributes == {"MPN": "x"}


def test_a_mapping_names_header_delimiter_encoding():
    raw = "Ref;MPN\nR1;A\nRef;MPN\nR2;µB-1\n".encode("cp1252")
    given = BomMapping({0: "designators", 1: "mpn"}, 3, ";", "cp1252")
    assert [line.designators for line in read_bom(raw, mapping=given).lines] == [("R2",)]


def test_a_mapping_says_that_there_is_no_header():
    given = BomMapping({0: "mpn", 2: "quantity"}, 0)
    file = read_bom(csv("AB-12345,x,3", "CD-67890,y,4"), mapping=given)
    assert [line.quantity for line in file.lines] == [3, 4]


def test_an_unknown_meaning_is_refused_with_those_there_are():
    said = refusal(csv("Ref,MPN", "R1,A"), mapping=BomMapping({0: "colour"}))
    assert said.startswith("Column A: there is no meaning 'colour'. Expected one of designators,")


def test_an_unknown_encoding_is_refused():
    assert refusal(csv("Ref,MPN", "R1,A"), mapping=BomMapping(encoding="klingon")) == (
        "There is no text encoding 'klingon'; expected utf-8 or cp1252."
    )


def test_a_header_row_that_is_not_there_is_refused():
    assert refusal(csv("Ref,MPN", "R1,A"), mapping=BomMapping(header_row=9)) == (
        "bom.csv has nothing in row 9, where the header is said to be."
    )


def test_the_next_export_of_a_source_has_the_same_fingerprint():
    first = table("Ref,Mfg Part Num,Qty", "R1,AB-12345,1")
    again = table("REF.,MFG PART NUM,QTY", "C1,CD-67890,1")
    assert fingerprint(first) == fingerprint(again)


def test_a_mapping_does_not_change_the_fingerprint():
    rows = ("Ref,MPN,Unit price", "R1,AB-12345,1")
    told = table(*rows, mapping=BomMapping({0: "", 2: ""}))
    assert fingerprint(table(*rows)) == fingerprint(told)


def test_another_source_has_another_fingerprint():
    first, other = table("Ref,MPN", "R1,AB-1"), table("Ref,MPN,Qty", "R1,AB-1,1")
    assert fingerprint(first) != fingerprint(other)


@pytest.mark.parametrize(
    ("header", "row", "meant"),
    [
        (
            "Repère,Nombre,Référence fabricant,Fabricant,Réf. fournisseur,Prix unitaire (€)",
            '"C1,C2",2,GRM188R71H104KA93D,Murata,2611922,"0,02"',
            "designators quantity mpn manufacturer distributor_number price",
        ),
        (
            "Pos,Nombre,Cantidad,Referencia,Fabricante,Número de pieza del fabricante",
            '1,Resistencia,2,"R1,R2",Yageo,RC0603FR-0710KL',
            "find_number name quantity designators manufacturer mpn",
        ),
        (
            "Codice produttore,Produttore,Descrizione,Quantità,Riferimento",
            'RC0603FR-0710KL,Yageo,Resistenza 10k,2,"R1,R2"',
            "mpn manufacturer description quantity designators",
        ),
        (
            "位号,数量,规格型号,封装,厂家",
            '"C1,C2",2,0603B104K500NT,0603,风华',
            "designators quantity mpn package manufacturer",
        ),
    ],
)
def test_other_languages_are_read(header, row, meant):
    assert [c.meaning for c in table(header, row).columns] == meant.split()


@pytest.mark.parametrize(
    ("number", "meaning"), [("200-0001", "number"), ("10", "find_number"), ("1.2", "find_number")]
)
def test_an_item_number_is_a_place_or_a_part_by_its_form(number, meaning):
    file = table("Item Number,Item Name,Quantity", f"{number},PCBA,1")
    assert meanings(file)["Item Number"] == meaning
