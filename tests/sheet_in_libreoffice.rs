//! The sheet of items in a real spreadsheet: opened as text nothing changes, opened as spreadsheets like to open it is refused, and no formula is computed.
//!
//! LibreOffice comes with `make test` (Debian, Ubuntu); where it is not there the tests say so and pass.

mod common;

use chartlift::model::{DocumentKind, Field, Item, ItemState, Lane, Mode, PageNumber, Sha256, ValueId};
use chartlift::review::{Amiss, Known, SHEET_HEADER, SheetAnswer, SheetCsv, SheetKey, guard, read_sheet};
use common::libreoffice::{AS_NUMBERS, AS_TEXT, is_there, through};

/// Values that spreadsheets change or compute if they can.
const HOSTILE: [&str; 22] = [
    "0012345",
    "1950-03-04",
    "1/2",
    "+15035550123",
    "5,035",
    "1E5",
    "12345678901234567890",
    "TRUE",
    "=1+1",
    "@SUM(1;1)",
    "-2+3",
    "\t=1+1",
    "=HYPERLINK(\"http://127.0.0.1/x\";\"x\")",
    "=WEBSERVICE(\"http://127.0.0.1/x\")",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "'t Hooft",
    "Müller-Lüdenscheidt, Ægir 𝄞",
    "two\nlines, \"quoted\"; and more",
    " spaces at both ends ",
    "37.0",
    "120/80",
];

fn key() -> SheetKey {
    SheetKey::new([9; 32])
}

fn items() -> Vec<Item> {
    let item = |(at, shown): (usize, &&str)| Item {
        key: at as i64,
        name: format!("ab{at:030x}"),
        lane: Lane::Queue,
        id: ValueId {
            sha256: Sha256::of(b"a"),
            ordinal: 1,
            page: PageNumber::new(1),
            item: None,
            field: Field::City,
            machine_value: (*shown).to_owned(),
        },
        document: "=1+1.png".to_owned(),
        kind: DocumentKind::ALL[0],
        place: None,
        shown: (*shown).to_owned(),
        confidence: 0.5,
        reasons: Vec::new(),
        mode: Mode::Confirm,
        state: ItemState::Open,
        version: at as i64,
        claim: None,
        keyed_by: Vec::new(),
    };
    HOSTILE.iter().enumerate().map(item).collect()
}

/// The sheet of the items, with every value keyed once more as a program would type it.
fn filled(items: &[Item], bom: bool) -> Vec<u8> {
    let (key, mut out) = (key(), Vec::new());
    let mut sheet = SheetCsv::new(&mut out, &key, bom).unwrap();
    items.iter().for_each(|item| sheet.item(item, std::slice::from_ref(&item.shown), None).unwrap());
    sheet.finish().unwrap();
    let mut table =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for (at, record) in csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice()).records().enumerate() {
        let mut cells: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        if at > 0 {
            let new_value = SHEET_HEADER.iter().position(|title| *title == "new_value").unwrap();
            cells[new_value] = guard(&items[at - 1].shown).into_owned();
        }
        table.write_record(&cells).unwrap();
    }
    table.into_inner().unwrap()
}

fn amiss(rows: &[SheetAnswer], items: &[Item]) -> Vec<Option<Amiss>> {
    let of = |(row, item): (&SheetAnswer, &Item)| row.amiss(&key(), Some(Known { version: item.version, shown: &item.shown }));
    rows.iter().zip(items).map(of).collect()
}

#[test]
fn opened_as_text_nothing_changes() {
    if !is_there() {
        return;
    }
    let items = items();
    for bom in [false, true] {
        let rows = read_sheet(&through(&filled(&items, bom), Some(AS_TEXT))).unwrap();
        assert_eq!(rows.len(), items.len());
        assert_eq!(amiss(&rows, &items), vec![None; items.len()]);
        for (row, item) in rows.iter().zip(&items) {
            assert_eq!(row.said.as_ref().unwrap().as_ref().unwrap().value, item.shown.trim());
        }
    }
}

#[test]
fn opened_plainly_it_is_refused_row_by_row() {
    if !is_there() {
        return;
    }
    let items = items();
    let rows = read_sheet(&through(&filled(&items, false), None)).unwrap();
    assert_eq!(rows.len(), items.len());
    assert!(amiss(&rows, &items).iter().all(|found| matches!(found, Some(Amiss::Mangled(_)))), "{:?}", amiss(&rows, &items));
    // A sheet in which nothing but names was shown is refused as well: what was keyed into it may have been changed.
    let names: Vec<Item> = items.into_iter().filter(|item| item.shown == "TRUE" || item.shown == "'t Hooft").collect();
    let rows = read_sheet(&through(&filled(&names, false), None)).unwrap();
    assert_eq!(amiss(&rows, &names), [Some(Amiss::Mangled("row_version")); 2]);
}

#[test]
fn nothing_is_computed() {
    if !is_there() {
        return;
    }
    let items = items();
    // Numbers change, and text that could be a formula stays text, guard and all.
    let saved = through(&filled(&items, false), Some(AS_NUMBERS));
    let column = |name: &str| SHEET_HEADER.iter().position(|title| *title == name).unwrap();
    let records: Vec<csv::StringRecord> = csv::Reader::from_reader(saved.as_slice()).records().map(Result::unwrap).collect();
    assert_eq!(records.len(), items.len());
    let mut guarded = 0;
    for (record, item) in records.iter().zip(&items).filter(|(_, item)| guard(&item.shown) != item.shown) {
        for name in ["shown_value", "alternatives", "new_value"] {
            // A line break or tab within a cell is for the program to write as it likes.
            assert_eq!(record[column(name)].trim(), guard(&item.shown).trim(), "{name}");
        }
        assert_eq!(&record[column("document")], "'=1+1.png");
        guarded += 1;
    }
    assert!(guarded >= 10, "{guarded}");
    // A file without guards shows that this program does compute them.
    let bare = through(b"\"a\"\r\n\"=1+1\"\r\n", Some(AS_NUMBERS));
    assert_eq!(String::from_utf8(bare).unwrap().lines().nth(1), Some("2"));
}
