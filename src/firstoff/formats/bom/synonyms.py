"""The words people head columns with.

Words are compared without case, spaces and signs, and after WORDS has put one for many: "Mfg
Part Num", "Manu. P/N" and "manufacturer_part_number" are all "maker part number". A phrase may
mean several things; what it means in a file is settled by the other columns and by content.
"""

import unicodedata
from collections.abc import Iterable, Mapping

# One word for many; what it is put for, separated by spaces.
_WORDS = {
    "maker": "manufacturer manufacturers mfg mfr mfgr mfrs mnf mf manf manu manufact "
    "manufacture "
    "manufacter manufactor manufactuer manuf maker make brand hersteller fabricant fabricante "
    "fab producer producteur produttore 制造商 厂家 厂商 生产商 品牌 メーカー "
    "производитель fabrikant producent",
    "number": "# no nr num number numbers numero nummer nbr n° № 编号",
    "part": "part parts",
    "pn": "pn pns",
    "quantity": "qty qtys quantity quantities qnty qnt quant quan qté qte quantité cantidad "
    "menge anzahl count stück stückzahl 数量 用量 sztuk ilosc ilość antal aantal "
    "quantidade quantità количество кол",
    "ref": "ref refs reference references refdes refdesignator refdesignators designator "
    "designators desig desigs désignateur designador referenz referencia repère repere "
    "bezeichner riferimento oznaczenie обозначение поз 位号 元件位号 标号",
    "description": "description descriptions desc descr beschreibung bezeichnung descripcion "
    "descripción libellé descrizione descrição opis omschrijving beskrivning наименование "
    "描述 规格 说明 説明",
    "value": "value values val wert valeur valor valore wartość waarde номинал 值 参数",
    "package": "package packages packaging gehäuse gehause bauform boitier boîtier obudowa "
    "behuizing корпус 封装",
    "footprint": "footprint footprints pattern landpattern decal huella empreinte",
    "supplier": "supplier suppliers vendor vendors vid distributor distributors dist distrib "
    "seller lieferant fournisseur proveedor distribuidor 供应商",
    "price": "price prices preis prix precio prezzo 单价 价格",
    "cost": "cost costs kosten coût",
    "notes": "note notes remark remarks bemerkung bemerkungen anmerkung anmerkungen remarque "
    "hinweis annotation 备注",
    "assembly": "assembly assy asm baugruppe",
    "per": "per",
    "alternate": "alternate alternates alternative alternatives alternativ alt substitute "
    "substitutes equivalent equivalents ersatz 替代 替代料",
    "unit": "unit units uom einheit unité unidad",
    "order": "order ordering bestell",
    "rev": "rev revision revisions",
    "item": "item items",
    "level": "level lvl ebene stufe niveau",
    "lead": "lead lieferzeit",
    "required": "required req reqd needed need require",
}


def without_accents(text: str) -> str:
    """Letters without their marks: Référence is Reference, Stückliste Stuckliste."""
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def _one_for_many(words: Mapping[str, str]) -> dict[str, str]:
    return {without_accents(many): one for one, line in words.items() for many in line.split()}


WORD = _one_for_many(_WORDS)

# Names of distributors as headers and cells write them -> as people know them. Letters only.
DISTRIBUTORS = {
    "digikey": "Digi-Key", "dk": "Digi-Key", "mouser": "Mouser", "lcsc": "LCSC",
    "jlcpcb": "LCSC", "jlc": "LCSC", "szlcsc": "LCSC", "farnell": "Farnell", "newark": "Newark",
    "element14": "Farnell", "rs": "RS", "rscomponents": "RS", "rsonline": "RS", "arrow": "Arrow",
    "avnet": "Avnet", "avneteu": "Avnet", "tme": "TME", "mcmaster": "McMaster-Carr",
    "mcmastercarr": "McMaster-Carr", "future": "Future", "futureelectronics": "Future",
    "conrad": "Conrad", "reichelt": "Reichelt", "distrelec": "Distrelec", "tti": "TTI",
    "verical": "Verical", "chip1stop": "Chip1Stop", "rutronik": "Rutronik",
    "burklin": "Bürklin", "bürklin": "Bürklin", "bossard": "Bossard", "misumi": "Misumi",
    "aliexpress": "AliExpress", "amazon": "Amazon", "ebay": "eBay", "seeed": "Seeed",
    "seeedstudio": "Seeed", "sparkfun": "SparkFun", "adafruit": "Adafruit",
    "onlinecomponents": "Online Components", "pololu": "Pololu", "grainger": "Grainger",
    "coilcraft": "Coilcraft", "minicircuits": "Mini-Circuits", "richardson": "Richardson",
    "wuerth": "Würth", "heilind": "Heilind", "sager": "Sager", "maritex": "Maritex",
    "goldpine": "Goldpine", "banggood": "Banggood", "taobao": "Taobao",
}  # fmt: skip

# What follows a distributor's name in a header and still means its number.
NUMBER_WORDS = frozenset(
    (
        "", "part number", "part", "number", "pn", "sku", "code", "order number", "order code",
        "stock number", "item number", "part code", "id", "ref", "order", "item", "numbers",
        "component", "part id", "partnumber", "catalog number", "bom", "product number",
    )
)  # fmt: skip

# rank: columns of a lower one are settled first. Candidates: the first that holds is taken.
Candidates = tuple[str, ...]


def _phrases(lines: Iterable[tuple[int, str, str]]) -> dict[str, tuple[int, Candidates]]:
    found: dict[str, tuple[int, Candidates]] = {}
    for rank, candidates, phrases in lines:
        for phrase in phrases.split(","):
            found[without_accents(" ".join(phrase.split()))] = (rank, tuple(candidates.split()))
    return found


PHRASES = _phrases(
    (
        # Where things go, and how many.
        (0, "designators mpn?", "ref"),
        (0, "designators", "ref des, ref ref, board ref, circuit ref, component ref,"
            "part ref,"
            "schematic ref, ref part, ref list, ref name, ref s, des, pcb ref, location ref,"
            "designators on board, ref in schematic, electrical ref"),
        (2, "find_number? designators? name", "composant, composants, bauteil, componente,"
            "element, part, part list, component, component list,"
            "part name list"),
        (2, "designators?", "location, position, identifier, circuit location, placement,"
            "ref number, ref id, item ref"),
        (0, "quantity", "quantity used, used quantity, quantity per pcb, quantity per board,"
            "quantity per unit, quantity per assembly, quantity per device, quantity per kit,"
            "quantity per product, quantity per set, quantity per pcba, quantity required,"
            "required quantity, number required in assembly, required in assembly,"
            "quantity in assembly, bom quantity, unit quantity, usage, quantity board,"
            "quantity pcb, component quantity, quantity per side, quantity per robot,"
            "quantity unit, per unit quantity, number per unit, number per assembly,"
            "number per board, quantity per parent, quantity per panel, quantity per module,"
            "required, number used"),
        (1, "quantity", "quantity, pcs, pieces, amount, number of part, number off,"
            "number of pcs,"
            "qty pcs, quantity pcs, quantity ea, number of items, number of components,"
            "quantity number, total used in project, quantity part, part quantity,"
            "item quantity,"
            "how many, q, number of units, quantity each, quantity ref"),
        (1, "quantity? name", "nombre"),  # how many in French, a name in Spanish
        (2, "quantity extended_quantity", "total quantity, quantity total, extended quantity,"
            "ext quantity, rolled up quantity, total number, total required,"
            "total number required, total pcs, cumulative quantity, quantity extended,"
            "quantity ext"),
        (3, "extended_price? quantity extended_quantity", "total, totals"),
        (0, "order_quantity", "order quantity, quantity to buy, quantity ordered, buy quantity,"
            "purchase quantity, quantity to order, ordered, quantity order, ordered quantity,"
            "requested quantity, quantity purchased, to order, quantity bought, to buy"),
        (0, "minimum", "minimum order quantity, moq, min order quantity, minimum quantity,"
            "min quantity, minimum order, minimum, min order, quantity min"),
        (0, "multiple", "order multiple, multiple, multiple quantity, multiples, increment,"
            "standard multiple, order increment"),
        (0, "pack", "pack quantity, package quantity, sold in packs of, mpq, pack size, spq,"
            "standard pack, standard pack quantity, reel quantity, quantity per pack,"
            "quantity per package, pack, part per pack, factory pack quantity, standard package,"
            "reel size, pieces per pack, pcs per pack, standard package quantity"),
        (0, "multiplier", "assembly multiplier, multiplier, assembly quantity,"
            "number of assemblies, assemblies, sub assembly quantity, assembly per product"),
        (0, "unit", "unit, unit of measure, measure, me, quantity uom"),
        # Which part it is.
        (0, "mpn", "mpn, maker part number, maker part, maker number, maker pn, mp n, mpns,"
            "maker part no s, maker product number, maker sku, maker order number, maker code,"
            "maker ref, mpn seeed sku, maker part id, maker item number, maker mpn,"
            "partnumber maker, part number maker, maker model number, maker model, maker type,"
            "型号, 型番, 部品番号, maker 型号, 制造商型号, herstellernummer,"
            "herstellerteilenummer, part maker number,"
            "component maker part number, exact maker part number, maker s part number,"
            "maker catalog number, preferred maker part number, herstellerartikelnummer,"
            "maker 物料编号, mpn value, primary maker part number, main mpn, vpn maker,"
            "规格型号, ref maker, ref du maker, number de pieza del maker,"
            "number de parte del maker, codigo del maker, codigo do maker, codice maker,"
            "codice del maker, number part maker, numer części maker"),
        (1, "distributor_number? mpn number", "part number, pn, partnumber, part number s,"
            "type number, order part, part num, component part number, partno, product number,"
            "part sku, component number, 物料编码, part name number, catalog part"),
        (2, "mpn? value? description", "model, model number"),
        (3, "mpn? name", "lib ref, libref, library ref, lib reference, design item id,"
            "comp number"),
        (0, "manufacturer", "maker, maker name, maker s name, preferred maker, primary maker,"
            "component maker, part maker, maker company, name of maker"),
        (0, "alternates", "alternate, alternate part, alternate part number, alternate mpn,"
            "alternate maker part number, alternate pn, second source, 2nd source,"
            "alternate number,"
            "second source mpn, alternate part maker, possible alternate, alternate sources,"
            "replacement, replacements, alternate components, alternate order number,"
            "2nd choice"),
        (0, "alternates", "mpn alternate, maker part number alternate, part number alternate"),
        (0, "alternates_manufacturer", "alternate maker, second source maker, maker alternate,"
            "alternate maker name, 2nd source maker"),
        (0, "number", "ipn, internal part number, internal number, internal pn, inhouse pn,"
            "company part number, our part number, own part number, house part number,"
            "in house pn,"
            "stock code, material number, erp number, sap number, article number,"
            "artikelnummer, sachnummer, teilenummer, item code, part code, company pn,"
            "internal id,"
            "internal ref, customer part number, cpn, own number, drawing number, dwg number,"
            "child, child part, child part number, child number, child code, inventory number,"
            "house number, 料号,"
            "component part, customer pn, child item, child pn, internal part, oem part number"),
        (2, "find_number? number", "item number, article"),
        (1, "find_number? name", "item, items"),
        (0, "find_number", "pos, find number, line, line number, index, row, seq,"
            "sequence, sr number, s number, sl number, line item, bom line, entry,"
            "sequence number,"
            "bom item, balloon, balloon number, group, position number, lfd number, 序号"),
        (2, "find_number?", "number, id, comp, part id"),
        (0, "revision", "rev, part rev, item rev, rev number"),
        (1, "name", "part name, component name, short name, cmp name, device, item name,"
            "product name, benennung, title, symbol name, deviceset, designation name,"
            "name of part, component type, instance name, nomenclature"),
        (2, "value? name", "name"),
        (0, "description", "description, part description, item description, long name, detail,"
            "details, specification, specifications, spec, component description,"
            "full description,"
            "product description, description text, descripton, discription, desription,"
            "item description, description of part, specs, designation description"),
        (0, "value", "value, part value, component value, nominal value, value rating, nominal,"
            "value comment, maker value, value s"),
        (2, "value? notes", "comment, kommentar, commentaire, 注释"),
        (2, "value? description", "designation"),
        (0, "package", "footprint, package, case, case size, pcb footprint, footprint name,"
            "package footprint, package case, case package, land, footprint package, case style,"
            "package type, housing, part package, component package, package size, size package,"
            "smd package, case code, footprint ref, package name"),
        # Where it is bought.
        (0, "distributor", "supplier, supplier name, preferred supplier, distributor name,"
            "primary supplier, supply, source, shop, sourcing, bought from, store, retailer"),
        (0, "distributor_number", "supplier part number, supplier part, supplier number,"
            "order code, order number, sku, supplier sku, supplier pn, catalog number,"
            "stock number,"
            "order part number, bestellnummer, supplier order number, supplier code, ordercode,"
            "supplier ref, supplier order code, supplier and ref, supplier et ref,"
            "supplier item number,"
            "order reference, order ref, supplier id, supplier component number,"
            "catalogue number,"
            "ref supplier, ref du supplier, codigo del supplier, codice supplier,"
            "supplier part id, 供应商编号, supplier 编号, purchase number, shop number,"
            "order info"),
        (1, "price extended_price", "cost, costs, amount of money"),
        (0, "price", "price, unit price, unit cost, cost per part, cost per piece,"
            "price per piece, price each, price per unit, cost per unit, price per part,"
            "per piece,"
            "cost each, einzelpreis, piece price, each, price ea, cost per, cost per item,"
            "price pc,"
            "price unitaire, price unitario, stückpreis,"
            "price unit, price per item, cost per pp, cost pp, estimated cost, price per each"),
        (0, "price_quantity", "supplier quantity, price break, break quantity, quantity break,"
            "price break quantity, price at quantity, break, from quantity"),
        (0, "price", "price quantity, supplier price, price at, supplier price quantity,"
            "supplier unit price, price break price, break price"),
        (0, "extended_price", "extended price, ext price, total price, total cost, line total,"
            "subtotal, ext cost, gesamtpreis, extended cost, line cost, price total, cost total,"
            "line price, price sum, sum, amount total, cost per board, bom cost, price per board,"
            "sub total,"
            "extended, cost per robot, total amount, gesamt"),
        (0, "currency", "currency, cur, währung, price currency"),
        (0, "lead_time", "lead time, maker std lead time, maker standard lead time,"
            "std lead time,"
            "standard lead time, factory lead time, leadtime, lead, maker lead time,"
            "delivery time,"
            "lead time days, lead time weeks, maker lead weeks, lead weeks, lead time wks,"
            "lead days, delivery, supplier lead time, current lead time,"
            "wiederbeschaffungszeit"),
        (0, "in_stock", "in stock, stock, availability, quantity available, stock quantity,"
            "on hand, supplier stock, available, quantity in stock, stock available,"
            "available quantity, quantity on hand, in stock quantity"),
        # What is said of it.
        (0, "lifecycle", "lifecycle, life cycle, lifecycle status, life cycle status,"
            "part status,"
            "product status, lifecycle state, obsolescence, maker lifecycle, maker part status"),
        (0, "compliance", "rohs, rohs status, rohs compliant, rohs compliance, lead free status,"
            "lead free, reach, reach status, compliance, svhc, conflict minerals, pb free,"
            "rohs lead free, eu rohs, environmental, lead free rohs, reach compliant,"
            "halogen free, lead free status rohs status, rohs 3"),
        (0, "date", "date, price date, last updated, as of, quote date, updated, date of price,"
            "quoted, valid until, price valid"),
        (0, "dnp", "dnp, dnf, dni, do not populate, do not place, do not fit, do not install,"
            "do not mount, do not load, not fitted, not populated, not placed, nopop, no pop,"
            "donotpopulate, do not stuff, dnm, dns, not mounted, not installed, unpopulated,"
            "nf"),
        (0, "populate", "place, populate, install, fitted, fit, mount, load, assemble,"
            "populated,"
            "stuff, placed, stuffed, mounted, place yes no, pop, assembled, bestückt, bestücken,"
            "installed, loaded, place it, assemble yes no"),
        (0, "notes", "notes, comments, assembly info, assembly notes, config,"
            "assembly instructions, assembly comment, bom notes, bom comment, info, mount info,"
            "hint, special notes, additional info, instructions, assembly remark, part notes"),
        # Where it stands in a tree.
        (0, "level", "level, bom level, indent, indent level, depth, hierarchy level,"
            "structure level, indentation, level number, tree level"),
        (0, "parent", "parent, parent part number, parent number, parent assembly, used in,"
            "parent part, parent item, next assembly, parent pn, parent id,"
            "next higher assembly,"
            "where used, assembly number, assembly part number, assembly pn"),
        (1, "section", "assembly, sub assembly, subassembly, section, module, assembly name,"
            "sub system, subsystem, parent name, category group, board"),
        (2, "designators?", "customer ref, cust ref"),
    )
)  # fmt: skip
