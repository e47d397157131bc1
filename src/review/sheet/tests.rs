use proptest::prelude::*;

use super::*;
use crate::model::{DocumentKind, Field, ItemState, Lane, Mode, Outcome, PageNumber, Reason, Sha256, ValueId};
use crate::review::guard;

const A: &str = "0123456789abcdef0123456789abcdef";
const B: &str = "00000000000000000000000000000001";

fn key() -> SheetKey {
    SheetKey::new([7; 32])
}

fn item(name: &str, shown: &str, version: i64) -> Item {
    let id = ValueId {
        sha256: Sha256::of(b"a"),
        ordinal: 1,
        page: PageNumber::new(2),
        item: None,
        field: Field::Phone,
        machine_value: shown.to_owned(),
    };
    Item {
        key: 1,
        name: name.to_owned(),
        lane: Lane::Queue,
        id,
        document: "=a\n.png".to_owned(),
        kind: DocumentKind::ALL[0],
        place: Some(PercentBox { x: 10.0, y: 20.0, width: 30.0, height: 4.0 }),
        shown: shown.to_owned(),
        confidence: 0.5,
        reasons: vec![Reason::LowConfidence, Reason::Mended],
        mode: Mode::Confirm,
        state: ItemState::Open,
        version,
        claim: None,
        keyed_by: Vec::new(),
    }
}

fn sheet(items: &[Item]) -> Vec<u8> {
    let (key, mut out) = (key(), Vec::new());
    let mut sheet = SheetCsv::new(&mut out, &key, false).unwrap();
    items.iter().for_each(|item| sheet.item(item, &["+1".to_owned(), "2".to_owned()], Some("in words")).unwrap());
    assert_eq!(sheet.finish().unwrap(), items.len() as u64);
    out
}

/// The sheet with cells of its rows (from 1) changed by their columns, as another program would write it.
fn changed(bytes: &[u8], cells: &[(usize, &str, &str)], style: csv::QuoteStyle, delimiter: u8) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut writer = csv::WriterBuilder::new().quote_style(style).delimiter(delimiter).from_writer(Vec::new());
    for (at, record) in reader.records().enumerate() {
        let mut row: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        for (_, column, text) in cells.iter().filter(|(row, ..)| *row == at) {
            row[SHEET_HEADER.iter().position(|title| title == column).unwrap()] = (*text).to_owned();
        }
        writer.write_record(&row).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn rows_to_the_letter() {
    let got = String::from_utf8(sheet(&[item(A, "+15035550123", 3)])).unwrap();
    let check = key().check(A, "0000000003", "+15035550123");
    let header: Vec<String> = SHEET_HEADER.iter().map(|title| format!("\"{title}\"")).collect();
    let wanted = format!(
        "{}\r\n\"{A}\",\"0000000003\",\"'=a .png\",\"2\",\"Patient.telecom.phone\",\"low-confidence; mended; 25% from the left, 22% from the top; reads in words\",\
         \"'+15035550123\",\"'+1 | 2\",\"\",\"\",\"\",\"{check}\"\r\n",
        header.join(",")
    );
    assert_eq!(got, wanted);
    assert_eq!(check.len(), 16);
}

#[test]
fn the_mark_for_spreadsheets_stands_before_the_header() {
    let (key, mut out) = (key(), Vec::new());
    SheetCsv::new(&mut out, &key, true).unwrap().finish().unwrap();
    assert!(out.starts_with("\u{feff}\"item_id\"".as_bytes()));
    assert_eq!(read_sheet(&out).unwrap(), []);
}

#[test]
fn blind_items_show_nothing_and_look_alike() {
    let mut lines = Vec::new();
    for (lane, mode) in [(Lane::Queue, Mode::Blind), (Lane::Audit, Mode::Blind), (Lane::Queue, Mode::Double), (Lane::Seed, Mode::Blind)] {
        let mut blind = item(A, "Quillfeather", 0);
        (blind.lane, blind.mode, blind.id.item, blind.id.field) = (lane, mode, Some(4), Field::ObservationValue);
        if lane == Lane::Audit {
            blind.reasons.clear();
        }
        lines.push(String::from_utf8(sheet(&[blind])).unwrap().lines().nth(1).unwrap().to_owned());
    }
    assert!(lines[0].contains(r#","2","Observation.value[4]","blind; 25% from the left, 22% from the top","","","","","#), "{}", lines[0]);
    assert!(lines.iter().all(|line| *line == lines[0]), "{lines:?}");
}

#[test]
fn what_is_filled_in_comes_back_as_spreadsheets_leave_it() {
    let bytes = sheet(&[item(A, "+15035550123", 3), item(B, "x", 0)]);
    let cells = [(1, "new_value", "'t Hooft "), (1, "outcome", "Corrected"), (1, "reviewer", " ann"), (2, "outcome", "ILLEGIBLE")];
    for (style, delimiter) in [(csv::QuoteStyle::Always, b','), (csv::QuoteStyle::Necessary, b';'), (csv::QuoteStyle::NonNumeric, b'\t')] {
        let rows = read_sheet(&changed(&bytes, &cells, style, delimiter)).unwrap();
        let said: Vec<_> = rows.iter().map(|row| row.said.clone().unwrap().unwrap()).collect();
        assert_eq!((rows[0].line, rows[1].line), (2, 3));
        assert_eq!((said[0].outcome, &*said[0].value, &*said[0].reviewer), (Some(Outcome::Corrected), "'t Hooft", "ann"));
        assert_eq!((said[1].outcome, &*said[1].value, &*said[1].reviewer), (Some(Outcome::Illegible), "", ""));
        assert_eq!(rows[0].amiss(&key(), Some(Known { version: 3, shown: "+15035550123" })), None);
        assert!(!format!("{rows:?}").contains("Hooft"));
    }
    let untouched = read_sheet(&changed(&bytes, &[(1, "reviewer", "ann")], csv::QuoteStyle::Always, b',')).unwrap();
    assert!(untouched.iter().all(|row| row.said == Ok(None)));
}

#[test]
fn the_cell_that_was_mangled_is_named() {
    let (shown, version) = ("0012345", 7);
    let bytes = sheet(&[item(A, shown, version)]);
    let now = Known { version, shown };
    let table = [
        (vec![("shown_value", "12345")], Some(now), Some(Amiss::Mangled("shown_value"))),
        (vec![("shown_value", "1.23E+04"), ("row_version", "7")], Some(now), Some(Amiss::Mangled("row_version"))),
        (vec![("row_version", "7")], Some(now), Some(Amiss::Mangled("row_version"))),
        (vec![("row_version", "0000000008")], Some(now), Some(Amiss::Mangled("row_version"))),
        (vec![("item_id", "1.23E+30")], None, Some(Amiss::Mangled("item_id"))),
        (vec![("check", "1.2345678901234E+018")], Some(now), Some(Amiss::Mangled("check"))),
        (vec![("check", "0123456789abcdef")], Some(now), Some(Amiss::Mangled("check"))),
        // What nobody has touched.
        (vec![], Some(now), None),
        (vec![("document", "else"), ("reason", "else"), ("alternatives", "else"), ("page", "2.0")], Some(now), None),
        (vec![], None, Some(Amiss::Unknown)),
        (vec![], Some(Known { version: 8, shown }), Some(Amiss::Stale)),
        (vec![], Some(Known { version: 8, shown: "x" }), Some(Amiss::Stale)),
        (vec![], Some(Known { version, shown: "x" }), Some(Amiss::Stale)),
        // A row that somebody took from another archive's sheet.
        (vec![("item_id", B)], None, Some(Amiss::Unknown)),
        (vec![("item_id", B)], Some(Known { version, shown }), Some(Amiss::Mangled("check"))),
    ];
    for (cells, known, wanted) in table {
        let cells: Vec<_> = cells.into_iter().map(|(column, text)| (1, column, text)).collect();
        let rows = read_sheet(&changed(&bytes, &cells, csv::QuoteStyle::Always, b',')).unwrap();
        assert_eq!(rows[0].amiss(&key(), known), wanted, "{cells:?} {known:?}");
    }
    let other = SheetKey::new([8; 32]);
    assert_eq!(read_sheet(&bytes).unwrap()[0].amiss(&other, Some(now)), Some(Amiss::Mangled("check")));
}

#[test]
fn what_spreadsheets_make_of_values_is_noticed() {
    let table = [
        ("0012345", "12345"),
        ("1/2", "2-Jan"),
        ("1/2", "01/02/26"),
        ("+15035550123", "15035550123"),
        ("15035550123", "1.50356E+10"),
        ("987654321012345678", "987654321012346000"),
        ("1950-03-04", "3/4/1950"),
        ("1950-03-04", "18326"),
        ("37.0", "37"),
        ("5,5", "5.5"),
        ("true", "TRUE"),
        ("Müller", "M?ller"),
        ("Müller", "MÃ¼ller"),
        ("-2+3", "1"),
        ("two\nlines", "two lines"),
        (" x", "x"),
        ("x", ""),
    ];
    for (shown, mangled) in table {
        let bytes = changed(&sheet(&[item(A, shown, 0)]), &[(1, "shown_value", mangled)], csv::QuoteStyle::Necessary, b',');
        let found = read_sheet(&bytes).unwrap()[0].amiss(&key(), Some(Known { version: 0, shown }));
        assert_eq!(found, Some(Amiss::Mangled("shown_value")), "{shown}");
    }
    // A guard that a program has taken off by itself harms nothing.
    let bytes = changed(&sheet(&[item(A, "+15035550123", 0)]), &[(1, "shown_value", "+15035550123")], csv::QuoteStyle::Always, b',');
    assert_eq!(read_sheet(&bytes).unwrap()[0].amiss(&key(), Some(Known { version: 0, shown: "+15035550123" })), None);
    // Another character set.
    assert!(read_sheet(b"item_id,\xff\xfe").unwrap_err().contains("UTF-8"));
}

#[test]
fn what_is_no_sheet_is_said_without_its_text() {
    let head = SHEET_HEADER.join(",");
    let table = [
        (b"item_id,\xe4,Quillfeather\n".to_vec(), "not in UTF-8"),
        (head.replace("check", "Quillfeather").into_bytes(), "line 1: no column `check`"),
        (head.replace("alternatives", "check").into_bytes(), "line 1: two columns `check`"),
        (Vec::new(), "line 1: no column `item_id`"),
    ];
    for (bytes, wanted) in table {
        let said = read_sheet(&bytes).unwrap_err();
        assert!(said.contains(wanted) && !said.contains("Quill"), "{said}");
    }
    let bytes = changed(&sheet(&[item(A, "x", 0)]), &[(1, "outcome", "Quillfeather")], csv::QuoteStyle::Always, b',');
    let said = read_sheet(&bytes).unwrap()[0].said.clone().unwrap_err();
    assert!(said.starts_with("the outcome is none of verified, corrected, ") && !said.contains("Quill"), "{said}");
}

#[test]
fn an_item_answered_twice_is_noticed() {
    let bytes = sheet(&[item(A, "x", 0), item(B, "x", 0), item(A, "x", 0), item(A, "x", 0), item(B, "x", 0)]);
    let cells = [(1, "new_value", "y"), (3, "new_value", "y"), (4, "new_value", "z"), (5, "outcome", "blank")];
    let rows = read_sheet(&changed(&bytes, &cells, csv::QuoteStyle::Always, b',')).unwrap();
    assert_eq!(repeated(&rows), [(2, 2, true), (3, 2, false)]);
}

/// What could stand in a cell: everything, and often what spreadsheets and parsers trip over.
fn text() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        Just("\r\n"),
        Just("\n"),
        Just("\r"),
        Just("\""),
        Just(","),
        Just(";"),
        Just("\t"),
        Just("'"),
        Just("="),
        Just("＝"),
        Just("\0"),
        Just("\u{feff}"),
        Just("00"),
        Just(" "),
    ];
    let piece = prop_oneof![odd.prop_map(str::to_owned), proptest::char::any().prop_map(String::from), "[a-z0-9]{1,4}"];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn everything_comes_back(
        values in proptest::collection::vec((text(), text(), text(), 0i64..2_000_000), 1..5),
        style in prop_oneof![Just(csv::QuoteStyle::Always), Just(csv::QuoteStyle::Necessary)],
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
    ) {
        let items: Vec<Item> =
            values.iter().enumerate().map(|(at, (shown, _, _, version))| item(&format!("{at:032x}"), shown, *version)).collect();
        let filled: Vec<(usize, &str, String)> = values
            .iter()
            .enumerate()
            .flat_map(|(at, (_, new, by, _))| [(at + 1, "new_value", guard(new).into_owned()), (at + 1, "reviewer", guard(by).into_owned())])
            .collect();
        let cells: Vec<(usize, &str, &str)> = filled.iter().map(|(at, column, text)| (*at, *column, text.as_str())).collect();
        let bytes = sheet(&items);
        for bytes in [bytes.clone(), changed(&bytes, &cells, style, delimiter)] {
            let rows = read_sheet(&bytes).unwrap();
            prop_assert_eq!(rows.len(), items.len());
            for (row, item) in rows.iter().zip(&items) {
                prop_assert_eq!(&row.item_id, &item.name);
                prop_assert_eq!(row.amiss(&key(), Some(Known { version: item.version, shown: shown_value(item) })), None);
            }
        }
        let rows = read_sheet(&changed(&bytes, &cells, style, delimiter)).unwrap();
        for (row, (_, new, by, _)) in rows.iter().zip(&values) {
            // White space around what people type says nothing.
            match row.said.as_ref().unwrap() {
                Some(said) => prop_assert_eq!((said.value.as_str(), said.reviewer.as_str()), (new.trim(), by.trim())),
                None => prop_assert!(new.trim().is_empty()),
            }
        }
    }

    #[test]
    fn any_bytes_are_a_sheet_or_none(rest in "(?s)[a,;\"'\r\n0-9\t-]{0,60}", whole in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = read_sheet(format!("{}\r\n{rest}", SHEET_HEADER.join(",")).as_bytes());
        let _ = read_sheet(&whole);
    }
}
