"""What a column of a bill of materials can mean: one line per meaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """``key`` is what a mapping names; ``label`` and ``hint`` are for people. ``many``: several
    columns may have it, the first is preferred."""

    key: str
    label: str
    hint: str
    many: bool = False
    weight: int = 2  # how much it tells that a row is a header


MEANINGS: tuple[Meaning, ...] = (
    Meaning("designators", "Designators", "Places on the board: C1, C4-C6, Nut 1.", weight=4),
    Meaning("quantity", "Quantity", "Used in one of the assembly; 0 is not fitted.", weight=4),
    Meaning("unit", "Unit", "Of the quantity: m, kg; empty is pieces."),
    Meaning("mpn", "Manufacturer part number", "Further columns are alternates.", True, 4),
    Meaning("manufacturer", "Manufacturer", "Of the part number beside it.", True, 3),
    Meaning("maker_mpn", "Manufacturer and part number", "Both in one cell.", True),
    Meaning("alternates", "Alternate part numbers", "Proposed instead, not approved.", True),
    Meaning("alternates_manufacturer", "Maker of the alternate", "Of that beside it.", True),
    Meaning("distributor", "Distributor", "Who sells it: Digi-Key, LCSC.", True),
    Meaning("distributor_number", "Distributor number", "Its order number there.", True, 3),
    Meaning("number", "Own part number", "Number of the part in one's own house.", weight=3),
    Meaning("revision", "Revision", "Of one's own part."),
    Meaning("name", "Name", "A short name of the part.", weight=1),
    Meaning("description", "Description", "What the part is.", weight=3),
    Meaning("value", "Value", "10k, 100n, 8 MHz.", weight=3),
    Meaning("package", "Package", "Footprint or case: 0603, SOT-23.", weight=3),
    Meaning("find_number", "Find number", "Number of the line: item, position.", weight=1),
    Meaning("level", "Level", "1 is a line of the top assembly; 1.2.3 counts as 3.", weight=3),
    Meaning("parent", "Parent", "Own part number of the assembly that the line is in.", weight=3),
    Meaning("section", "Section", "Assembly or group by its name."),
    Meaning("multiplier", "Multiplier", "How many of the assembly the top has.", weight=3),
    Meaning("extended_quantity", "Extended quantity", "In one of the top; compared, not taken."),
    Meaning("dnp", "Not fitted", "A mark (DNP, X, 1, yes) where the line stays empty."),
    Meaning("populate", "Fitted", "NO, 0 or DNP where the line stays empty."),
    Meaning("notes", "Notes", "Free text; DNP and NF(C1 C2) in it are understood.", True, 1),
    Meaning("order_quantity", "Order quantity", "What is bought, with spares; never usage."),
    Meaning("minimum", "Minimum order quantity", "The least that is sold.", True),
    Meaning("multiple", "Order multiple", "It is sold in multiples of this."),
    Meaning("pack", "Pack quantity", "Pieces in one pack or reel."),
    Meaning("price", "Unit price", "Of one piece, with its currency.", True),
    Meaning("price_quantity", "Price from quantity", "From how many the price beside it.", True),
    Meaning("extended_price", "Extended price", "Of the line; compared, not taken."),
    Meaning("currency", "Currency", "USD, EUR."),
    Meaning("lead_time", "Lead time", "22 Weeks, 45 days.", True),
    Meaning("in_stock", "In stock", "At the distributor.", True),
    Meaning("lifecycle", "Lifecycle", "Active, NRND, obsolete."),
    Meaning("compliance", "Compliance", "RoHS, REACH, lead free: as the file says.", True),
    Meaning("date", "Date", "Of the price or lead time."),
)  # fmt: skip

# Their cells are numbers, with a decimal comma where the file separates by semicolons.
NUMBERS = frozenset(
    (
        "quantity", "multiplier", "extended_quantity", "order_quantity", "minimum", "multiple",
        "pack", "price", "price_quantity", "extended_price", "in_stock",
    )
)  # fmt: skip

BY_KEY = {meaning.key: meaning for meaning in MEANINGS}
