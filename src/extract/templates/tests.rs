//! Forms drawn, found and read, through the whole of extraction.

use crate::extract::testing::typed;
use crate::extract::{Vocabulary, extract};
use crate::model::{CheckBox, Extraction, Field, PageLayout, Rect};

/// A form of a typed page: letters are 1 % wide and rows 30 of 1400 pixels apart.
const FORM: &str = r#"
name = "slip"
version = 2
kind = "59284-0"
paper = [10.0, 14.0]

[[anchor]]
text = "LARKSPUR SLIP 12"
at = [2.0, 1.43, 16.0, 1.43]
[[anchor]]
text = "Who are you"
at = [2.0, 7.86, 11.0, 1.43]
[[anchor]]
text = "Ring me at"
at = [52.0, 7.86, 10.0, 1.43]
[[anchor]]
text = "Pills taken"
at = [2.0, 20.71, 11.0, 1.43]
[[anchor]]
text = "Desk use"
at = [52.0, 42.14, 8.0, 1.43]

[[zone]]
field = "Patient.name"
box = [2.0, 9.6, 40.0, 2.6]
[[zone]]
field = "Patient.telecom.phone"
box = [52.0, 9.6, 40.0, 2.6]
[[zone]]
field = "Patient.gender"
choices = [
  { value = "male", box = [2.0, 13.9, 12.0, 2.6] },
  { value = "female", box = [22.0, 13.9, 12.0, 2.6] },
]
[[zone]]
field = "MedicationStatement.medication.text"
box = [2.0, 22.6, 30.0, 2.1]
rows = 3
pitch = 2.1429
[[zone]]
field = "MedicationStatement.dosage.text"
box = [40.0, 22.6, 40.0, 2.1]
rows = 3
pitch = 2.1429
[[zone]]
field = "none"
box = [52.0, 44.0, 40.0, 5.0]
"#;

fn vocabulary(form: &str, site: &str) -> Vocabulary {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("templates")).unwrap();
    std::fs::write(folder.path().join("templates/slip.toml"), form).unwrap();
    std::fs::write(folder.path().join("site.toml"), site).unwrap();
    Vocabulary::load(Some(folder.path())).unwrap()
}

/// The slip, filled in: name, telephone, two rows of pills, what the desk wrote.
fn slip(name: &str, phone: &str, desk: &str) -> PageLayout {
    let mut lines = vec![String::new(); 24];
    lines[0] = "LARKSPUR SLIP 12".to_owned();
    lines[3] = format!("{:50}Ring me at", "Who are you");
    lines[4] = format!("{name:50}{phone}");
    lines[6] = "  Male                Female".to_owned();
    lines[9] = "Pills taken".to_owned();
    lines[10] = format!("{:38}once daily", "Lisinopril 10 mg");
    lines[11] = format!("{:38}twice daily", "Metformin 500 mg");
    lines[19] = format!("{:50}Desk use", "");
    lines[20] = format!("{:50}{desk}", "");
    typed(&lines.join("\n"))
}

fn get(extraction: &Extraction, field: Field) -> Option<&str> {
    extraction.values.iter().find(|v| v.field == field).map(|v| v.value.as_str())
}

fn is_missing(extraction: &Extraction, field: Field) -> bool {
    extraction.missing.iter().any(|(f, _)| *f == field)
}

#[test]
fn zones_say_what_labels_do_not() {
    let got = extract(&[slip("Quarry, Ruth", "(503) 555-0123", "")], &vocabulary(FORM, ""));
    assert_eq!(got.kind.as_str(), "59284-0");
    for (field, value) in [(Field::Family, "Quarry"), (Field::Given, "Ruth"), (Field::Phone, "+15035550123")] {
        assert_eq!(get(&got, field), Some(value), "{field}");
    }
    let of = |field: Field| -> Vec<(Option<u32>, &str)> {
        got.values.iter().filter(|v| v.field == field).map(|v| (v.item, v.value.as_str())).collect()
    };
    assert_eq!(of(Field::MedicationText), [(Some(1), "Lisinopril 10 mg"), (Some(2), "Metformin 500 mg")]);
    assert_eq!(of(Field::DosageText), [(Some(1), "once daily"), (Some(2), "twice daily")]);
    let family = got.values.iter().find(|v| v.field == Field::Family).unwrap();
    assert!(family.rule == "template.slip" && family.signals.label > 0.99, "{family:?} {}", family.signals.label);
}

#[test]
fn an_empty_zone_is_nothing_and_ink_in_it_is_asked_for() {
    let vocabulary = vocabulary(FORM, "");
    let mut page = slip("Quarry, Ruth", "", "");
    let got = extract(std::slice::from_ref(&page), &vocabulary);
    assert!(get(&got, Field::Phone).is_none() && !is_missing(&got, Field::Phone));
    page.reading.uncovered.push(Rect::new(560.0, 140.0, 60.0, 18.0));
    assert!(is_missing(&extract(&[page], &vocabulary), Field::Phone));
    // Words that do not read as the field asks are asked for, too.
    assert!(is_missing(&extract(&[slip("Quarry, Ruth", "ask again", "")], &vocabulary), Field::Phone));
}

#[test]
fn ticks_in_zones_count() {
    let vocabulary = vocabulary(FORM, "");
    let mut page = slip("Quarry, Ruth", "", "");
    let tick = |x: f32, ticked: bool| CheckBox { rect: Rect::new(x, 201.0, 16.0, 16.0), ink: 0.2, ticked };
    for (ticks, want, missing) in [
        (vec![tick(22.0, false), tick(222.0, true)], Some("female"), false),
        (vec![tick(22.0, false), tick(222.0, false)], None, false),
        (vec![tick(22.0, true), tick(222.0, true)], None, true),
        (vec![], None, true),
    ] {
        page.reading.checkboxes = ticks;
        let got = extract(std::slice::from_ref(&page), &vocabulary);
        assert_eq!((get(&got, Field::Gender), is_missing(&got, Field::Gender)), (want, missing));
    }
}

#[test]
fn what_stands_in_a_zone_of_nobody_is_nobodys() {
    let desk = "Chart: 123456";
    let mrn = |form: &str| get(&extract(&[slip("Quarry, Ruth", "", desk)], &vocabulary(form, "")), Field::Mrn).map(str::to_owned);
    assert_eq!(
        mrn(&FORM.replace("\"none\"", "\"Patient.identifier.mrn\"").replace("box = [52.0, 44.0, 40", "box = [59.0, 44.0, 33")).as_deref(),
        Some("123456")
    );
    let got = extract(&[slip("Quarry, Ruth", "", desk)], &vocabulary(FORM, ""));
    assert!(get(&got, Field::Mrn).is_none() && is_missing(&got, Field::Mrn));
}

#[test]
fn a_value_from_elsewhere_contradicts_an_empty_zone() {
    let mut text: Vec<String> = vec![String::new(); 24];
    text[22] = "Home phone: (503) 555-0199".to_owned();
    let mut page = slip("Quarry, Ruth", "", "");
    let below = typed(&text.join("\n"));
    page.reading.words.extend(below.reading.words);
    let page = crate::layout::analyse(page.reading);
    let got = extract(&[page], &vocabulary(FORM, ""));
    let phone = got.values.iter().find(|v| v.field == Field::Phone).unwrap();
    assert!(phone.signals.differ > 0, "{:?}", phone.signals);
}

#[test]
fn a_site_says_who_it_is_and_what_its_numbers_look_like() {
    let site = "[house]\nnames = ['Harrow Lane Practice']\ntelephones = ['503-555-0100']\n[[mrn]]\nform = 'NN-NN-NN'\n[[label]]\nwhat = 'mrn'\ntexts = ['harrow no']\n";
    let vocabulary = vocabulary(FORM, site);
    let text = "Harrow Lane Practice\n\n\nName: Karen Koch   Phone: 503-555-0100\n\nHarrow no: 12-34-56\n";
    let got = extract(&[typed(text)], &vocabulary);
    assert_eq!(get(&got, Field::Organization), Some("Harrow Lane Practice"));
    assert_eq!(get(&got, Field::Phone), None, "the house's own");
    assert_eq!(get(&got, Field::Mrn), Some("12-34-56"));
    let odd = extract(&[typed(&text.replace("12-34-56", "123-456"))], &vocabulary);
    let mrn = odd.values.iter().find(|v| v.field == Field::Mrn).unwrap();
    assert_eq!(mrn.signals.form, crate::model::Form::Invalid, "a person has to see it");
}

#[test]
fn every_word_of_it_is_in_the_digest() {
    let base = vocabulary(FORM, "").digest;
    assert_ne!(vocabulary(&FORM.replace("version = 2", "version = 3"), "").digest, base);
    assert_ne!(vocabulary(FORM, "[house]\ntelephones = ['503-555-0100']\n").digest, base);
    assert_eq!(vocabulary(FORM, "").digest, base);
}
