//! Pages that no scanner ever gave: made of bytes for fuzzing and property tests, or of a shape and a size for the measure of growth.
#![allow(dead_code, reason = "each user takes a part")]

use chartlift::model::{CheckBox, PageNumber, PageReading, Rect, Ruling, RulingKind, Word};

/// Texts that the rules know, and texts that they do not.
const TEXTS: [&str; 64] = [
    "Name:",
    "Patient",
    "Last",
    "First",
    "DOB:",
    "Date",
    "of",
    "Birth:",
    "Sex",
    "Male",
    "Female",
    "MRN",
    "Phone:",
    "(406)",
    "555-0123",
    "Address",
    "City",
    "State",
    "ZIP",
    "59801",
    "MT",
    "Insurance",
    "Group:",
    "Policy",
    "no.",
    "Emergency",
    "contact",
    "Relationship",
    "MEDICATIONS:",
    "Allergies:",
    "NKDA",
    "Penicillin",
    "Lisinopril",
    "10",
    "mg",
    "once",
    "daily",
    "PROBLEM",
    "LIST",
    "I10",
    "E11.9",
    "denies",
    "Hypertension",
    "Test",
    "Result",
    "Units",
    "Reference",
    "Range",
    "Sodium",
    "140",
    "mmol/L",
    "135-145",
    "H",
    "01/02/1950",
    "3/4/19",
    "March",
    "Page",
    "1",
    "ASSESSMENT",
    "PLAN",
    "Dr.",
    "O'Brien,",
    "X",
    "[x]",
];
const ODD: [&str; 16] = [
    "",
    " ",
    ":",
    "....",
    "\u{202e}abc",
    "e\u{301}\u{301}\u{301}",
    "\u{1F468}\u{200D}\u{1F469}",
    "99999999999999999999",
    "--",
    "((((",
    "1/1/1/1/1",
    "%",
    "\0",
    "ﬁ",
    "ÅÅÅÅÅ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];
/// Numbers that geometry has to bear.
const PLACES: [f32; 8] = [0.0, -1.0, 1e9, -1e9, f32::MAX, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];

/// An upright page of 2550 by 3300 pixels without a word.
pub fn blank(number: u32) -> PageReading {
    let mut page: PageReading = serde_json::from_value(serde_json::json!({
        "number": 1, "width": 2550, "height": 3300,
        "to_source": serde_json::to_value(chartlift::model::Affine::scale(100.0 / 2550.0, 100.0 / 3300.0)).expect("numbers"),
        "words": [], "rulings": [], "checkboxes": [], "text_source": "Ocr",
        "quality": { "turn": "None", "skew_degrees": 0.0, "dpi": 300.0, "ink": 0.05, "bilevel": true, "mean_confidence": 0.9 }
    }))
    .expect("a page as the ledger keeps it");
    page.number = PageNumber::new(number);
    page
}

fn word(text: &str, rect: Rect, confidence: f32, line: u32) -> Word {
    Word { text: text.to_owned(), rect, confidence, line, block: line / 8, ..Word::default() }
}

/// Pages of bytes: seven bytes a thing. Most things lie near each other, so that rules find something; some lie nowhere.
pub fn of_bytes(bytes: &[u8]) -> Vec<PageReading> {
    let mut pages = vec![blank(1)];
    for thing in bytes.chunks_exact(7) {
        let [what, text, x, y, w, h, c] = thing else { continue };
        let place = |n: u8, step: f32| if n >= 250 { PLACES[usize::from(n) % PLACES.len()] } else { f32::from(n) * step };
        let rect = Rect { x: place(*x, 10.0), y: place(*y, 13.0), w: place(*w, 1.5), h: place(*h, 0.3) };
        let confidence = if *c == 255 { f32::NAN } else { f32::from(*c) / 250.0 };
        let number = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        if what % 16 == 0 && number < 5 {
            pages.push(blank(number + 1));
            continue;
        }
        let Some(page) = pages.last_mut() else { continue };
        match what % 16 {
            1 => {
                let kind = if text % 2 == 0 { RulingKind::Horizontal } else { RulingKind::Vertical };
                page.rulings.push(Ruling { kind, rect });
            }
            2 => page.checkboxes.push(CheckBox { rect, ink: confidence, ticked: text % 2 == 0 }),
            3 => page.uncovered.push(rect),
            4 => page.words.push(word(ODD[usize::from(*text) % ODD.len()], rect, confidence, u32::from(*y))),
            // Two glued texts: labels with their values.
            5 => {
                let text = format!("{}{}", TEXTS[usize::from(*text) % TEXTS.len()], TEXTS[usize::from(*w) % TEXTS.len()]);
                page.words.push(word(&text, rect, confidence, u32::from(*y)));
            }
            _ => {
                let text = TEXTS[usize::from(*text) % TEXTS.len()];
                let rect = Rect::new(f32::from(*x) * 10.0, f32::from(*y / 4) * 52.0, text.len() as f32 * 20.0, 30.0 + f32::from(h % 8));
                page.words.push(word(text, rect, confidence, u32::from(*y / 4)));
            }
        }
    }
    pages
}

/// Shapes whose words grow without end.
pub const SHAPES: [&str; 12] =
    ["grid", "one-line", "one-place", "column", "stairs", "labels", "letters", "headings", "medicines", "sentences", "rules", "boxes"];

/// A page of a shape with about so many words; for `rules` and `boxes` with as many rules and checkboxes, too.
pub fn shaped(shape: &str, words: usize) -> PageReading {
    let mut page = blank(1);
    let across = 24;
    for i in 0..words {
        let (column, row) = (i % across, i / across);
        let known = TEXTS[i.wrapping_mul(7) % TEXTS.len()];
        let (text, x, y) = match shape {
            "one-line" => (known, 60.0 * i as f32, 100.0),
            "one-place" => (known, 100.0, 100.0),
            "column" => (known, 100.0, 40.0 * i as f32),
            "stairs" => (known, 30.0 * i as f32, 17.0 * i as f32),
            "labels" => (["Name:", "DOB:", "Phone:", "Policy:", "Sex:", "Employer:"][i % 6], 100.0 * column as f32, 45.0 * row as f32),
            "letters" => (["A", "B", "7", "O", "-"][i % 5], 60.0 * column as f32, 45.0 * row as f32),
            "headings" => {
                (["MEDICATIONS:", "ALLERGIES:", "ASSESSMENT:", "Impression:", "FINDINGS"][i % 5], 60.0 * (i % 2) as f32, 45.0 * i as f32)
            }
            "medicines" => {
                (["Aspirin", "81", "mg", "once", "daily", "by", "mouth", "#30"][i % 8], 100.0 * (i % 8) as f32, 45.0 * (i / 8) as f32)
            }
            "sentences" => (
                ["He", "denies", "chest", "pain", "and", "has", "no", "fever", "or", "cough."][i % 10],
                90.0 * column as f32,
                45.0 * row as f32,
            ),
            _ => (known, 100.0 * column as f32, 45.0 * row as f32),
        };
        let line = u32::try_from(if shape == "one-line" { 0 } else { row }).unwrap_or(0);
        page.words.push(word(text, Rect::new(x, y, 18.0 * text.chars().count() as f32, 30.0), 0.93, line));
        if shape == "rules" {
            let (kind, rect) = if i % 2 == 0 {
                (RulingKind::Horizontal, Rect::new(0.0, y - 5.0, 2400.0, 3.0))
            } else {
                (RulingKind::Vertical, Rect::new(x - 5.0, y - 5.0, 3.0, 45.0))
            };
            page.rulings.push(Ruling { kind, rect });
        }
        if shape == "boxes" {
            page.checkboxes.push(CheckBox { rect: Rect::new(x - 30.0, y, 25.0, 25.0), ink: 0.2, ticked: i % 3 == 0 });
            page.uncovered.push(Rect::new(x + 80.0, y, 10.0, 10.0));
        }
    }
    page.height = 3300.max((page.words.iter().map(|w| w.rect.bottom()).fold(0.0, f32::max)) as u32);
    page
}

/// Everything that is done with a page after it was read. Returns how many values came out.
pub fn understand(
    pages: Vec<PageReading>,
    vocabulary: &chartlift::extract::Vocabulary,
    model: &chartlift::confidence::ConfidenceModel,
) -> usize {
    let layouts: Vec<_> = pages.into_iter().map(chartlift::layout::analyse).collect();
    let extraction = chartlift::extract::extract(&layouts, vocabulary);
    for value in &extraction.values {
        let Some(place) = value.place else { continue };
        assert!([place.x, place.y, place.width, place.height].iter().all(|n| n.is_finite()), "a box that is no place: {value:?}");
    }
    let decided = chartlift::confidence::decide(extraction, model);
    assert!(decided.iter().all(|v| (0.0..=1.0).contains(&v.confidence.get())));
    decided.len()
}
