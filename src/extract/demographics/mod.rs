//! Single-valued fields: who the patient is, how to reach them, their plan and contact, and the day, author and house of the paper.
//!
//! [`labels`] finds the printed labels, [`pairs`] the values beside them, [`letterhead`] and [`marks`] what stands without a
//! label, and [`choose`] takes one reading a field. The kind of document and the sections of notes are left to others.

mod captions;
mod choose;
mod facts;
pub(crate) mod fixed;
pub(crate) mod house;
mod labels;
mod letterhead;
mod marks;
pub(crate) mod names;
mod pairs;
mod sheet;
pub(crate) mod text;
mod values;
pub(crate) mod zone;

pub(crate) use labels::{Owner, What};

use std::collections::BTreeSet;

use crate::extract::dates;
use crate::extract::vocabulary::VocabularyError;
use crate::model::{DocumentKind, ExtractedValue, Field, PageLayout, PageNumber};

/// The word lists of this room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lists {
    labels: labels::Labels,
    people: names::People,
    organizations: letterhead::Organizations,
    expected: choose::Expected,
    house: house::House,
}

impl Lists {
    /// Reads the texts of `labels.toml`, `people.toml`, `organizations.toml` and `expected.toml`.
    pub(crate) fn parse(labels: &str, people: &str, organizations: &str, expected: &str) -> Result<Self, VocabularyError> {
        Ok(Self {
            labels: labels::Labels::parse(labels)?,
            people: names::People::parse(people)?,
            organizations: letterhead::Organizations::parse(organizations)?,
            expected: choose::Expected::parse(expected)?,
            house: house::House::default(),
        })
    }

    /// The same lists with what a site says of itself.
    pub(crate) fn of_house(self, house: house::House) -> Self {
        Self { house, ..self }
    }
}

/// What the rules of this room found.
pub(crate) struct Found {
    /// Values.
    pub values: Vec<ExtractedValue>,
    /// Fields that a person should look for, with the page.
    pub missing: Vec<(Field, PageNumber)>,
    /// What the form is known by: wordings of labels, each with the one before it.
    pub form: BTreeSet<String>,
}

/// Extracts every single-valued field but the kind.
pub(crate) fn read(pages: &[PageLayout], kind: DocumentKind, lists: &Lists) -> Found {
    let latest = latest_year(pages);
    let sheets: Vec<sheet::Sheet<'_>> = pages.iter().map(|page| sheet::Sheet::new(page, &lists.labels, &lists.people)).collect();
    let mut facts = facts::Facts::default();
    for (page, sheet) in sheets.iter().enumerate() {
        pairs::read(sheet, page, &lists.people, &lists.organizations.no_payor, latest, &mut facts);
        letterhead::read(sheet, page, &lists.organizations, &lists.people, &mut facts);
        letterhead::plan(sheet, page, kind, &lists.organizations, &mut facts);
        marks::imprint(sheet, page, &lists.people, latest, &mut facts);
        marks::consent(sheet, page, &lists.people, &mut facts);
        marks::bare_date(sheet, page, latest, &mut facts);
    }
    marks::signature(&sheets, &lists.people, &mut facts);
    marks::unlabelled(&sheets, &lists.people, &mut facts);
    marks::repeats(&sheets, &lists.people, &mut facts);
    lists.house.settle(&sheets, &mut facts);
    let form = printed(&sheets, &lists.labels);
    let (values, missing) = choose::choose(pages, kind, &lists.expected, facts);
    Found { values, missing, form }
}

/// The labels of a paper in the order of its lines, each alone and with the one before it: two forms that ask the same ask it in another order.
fn printed(sheets: &[sheet::Sheet<'_>], labels: &labels::Labels) -> BTreeSet<String> {
    let mut form = BTreeSet::new();
    for sheet in sheets {
        let mut before = "";
        for line in &sheet.page.lines {
            let hits = line.segments.iter().flat_map(|&piece| &sheet.pieces[piece].hits);
            for wording in hits.map(|hit| labels.wording(hit.label)) {
                form.insert(wording.to_owned());
                if !before.is_empty() {
                    form.insert(format!("{before} > {wording}"));
                }
                before = wording;
            }
        }
    }
    form
}

/// Values and what is missing alone.
#[cfg(test)]
pub(crate) fn extract(pages: &[PageLayout], kind: DocumentKind, lists: &Lists) -> (Vec<ExtractedValue>, Vec<(Field, PageNumber)>) {
    let Found { values, missing, .. } = read(pages, kind, lists);
    (values, missing)
}

/// The latest year that the document prints in full: two-digit years later than it belong to the century before.
pub(crate) fn latest_year(pages: &[PageLayout]) -> i16 {
    let mut latest = None;
    for page in pages {
        for line in 0..page.lines.len() {
            let words: Vec<&str> =
                page.lines[line].segments.iter().flat_map(|&s| &page.segments[s].words).map(|&w| page.word(w).text.as_str()).collect();
            for found in dates::find(&words) {
                if !found.read.short_year && !found.read.mended && found.read.date.year <= dates::LATEST_YEAR {
                    latest = latest.max(Some(found.read.date.year));
                }
            }
        }
    }
    latest.filter(|y| *y >= 1950).unwrap_or(dates::LATEST_YEAR)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::extract::testing::typed;
    use crate::model::{CheckBox, Form, Rect};

    pub(crate) fn lists() -> Lists {
        Lists::parse(
            include_str!("../../../config/labels.toml"),
            include_str!("../../../config/people.toml"),
            include_str!("../../../config/organizations.toml"),
            include_str!("../../../config/expected.toml"),
        )
        .unwrap()
    }

    fn read(text: &str, kind: DocumentKind) -> Vec<(Field, String)> {
        let (values, _) = extract(&[typed(text)], kind, &lists());
        values.into_iter().map(|v| (v.field, v.value)).collect()
    }

    fn get(values: &[(Field, String)], field: Field) -> Option<&str> {
        values.iter().find(|(f, _)| *f == field).map(|(_, v)| v.as_str())
    }

    #[test]
    fn several_pairs_stand_in_one_line() {
        let values = read("\n\n\nName: Karen Koch   Date of birth: 07/20/1933   Sex: F   Chart: 00-82-75-11", DocumentKind::ProgressNote);
        let want = [
            (Field::Family, "Koch"),
            (Field::Given, "Karen"),
            (Field::BirthDate, "1933-07-20"),
            (Field::Gender, "female"),
            (Field::Mrn, "00-82-75-11"),
        ];
        for (field, text) in want {
            assert_eq!(get(&values, field), Some(text), "{field}");
        }
    }

    #[test]
    fn values_stand_under_the_heads_of_their_columns() {
        let text = "\n\nNAME                     MEDICAL RECORD NO.     AGE / SEX\nFOSTER, LISA KATHERINE   08404505               78 / F\n\nDATE OF BIRTH            REQUESTING PHYSICIAN\n06/23/1937               J. YAMAMOTO";
        let values = read(text, DocumentKind::ImagingReport);
        let want = [
            (Field::Family, "Foster"),
            (Field::Given, "Lisa Katherine"),
            (Field::Mrn, "08404505"),
            (Field::Gender, "female"),
            (Field::BirthDate, "1937-06-23"),
        ];
        for (field, text) in want {
            assert_eq!(get(&values, field), Some(text), "{field}");
        }
        assert_eq!(get(&values, Field::Practitioner), None, "who asks for a picture is not its author");
    }

    #[test]
    fn what_stands_under_the_label_before_is_that_labels() {
        for head in ["STREET ADDRESS      CITY       STATE   ZIP CODE", "STREET ADDRESS      CITY       STATE    ZIP CODE"] {
            let text = format!("\n\n\n{head}\n77 Old Ferry Road   Eugene     OR       97402");
            let values = read(&text, DocumentKind::AdministrativeNote);
            for (field, want) in [(Field::City, "Eugene"), (Field::State, "OR"), (Field::PostalCode, "97402")] {
                assert_eq!(get(&values, field), Some(want), "{head}");
            }
        }
    }

    #[test]
    fn an_empty_blank_stays_empty() {
        let values = read(
            "\n\nPatient name:   Ann May\nHome phone:\nWork phone:   406-555-0147\nLanguage:   Occupation:   Teacher",
            DocumentKind::AdministrativeNote,
        );
        assert_eq!(get(&values, Field::Family), Some("May"));
        assert_eq!(get(&values, Field::Phone), None);
        assert_eq!(get(&values, Field::Language), None);
    }

    #[test]
    fn the_data_of_others_are_not_the_patients() {
        let text = "\n\nPATIENT INFORMATION\nName:   Alan May   Date of birth:   07/28/1978\n\nRESPONSIBLE PARTY\nName:   Ruth Quarry   Date of birth:   01/02/1950   Phone:   406-555-0101\n\nEMERGENCY CONTACT\nName:   Ann May   Relationship:   Wife   Phone:   406-555-0175\n\nINSURANCE\nSubscriber:   Joan May   Date of birth:   03/04/1951\nPolicy no:   XYZ123456   Group:   K376-37";
        let values = read(text, DocumentKind::AdministrativeNote);
        let want = [
            (Field::Family, "May"),
            (Field::Given, "Alan"),
            (Field::BirthDate, "1978-07-28"),
            (Field::ContactName, "Ann May"),
            (Field::ContactRelationship, "Wife"),
            (Field::ContactTelecom, "+14065550175"),
            (Field::SubscriberId, "XYZ123456"),
            (Field::GroupNumber, "K376-37"),
        ];
        for (field, text) in want {
            assert_eq!(get(&values, field), Some(text), "{field}");
        }
        assert_eq!(get(&values, Field::Phone), None);
    }

    #[test]
    fn two_plans_are_told_apart() {
        let text = "\n\nPRIMARY:     MEDICARE          SECONDARY:   ACME LIFE\nPOLICY NO:   132305888A        POLICY NO:   998877665\nGROUP:       T983-90           GROUP:       55555";
        let values = read(text, DocumentKind::AdministrativeNote);
        assert_eq!(get(&values, Field::Payor), Some("Medicare"));
        assert_eq!(get(&values, Field::SubscriberId), Some("132305888A"));
        assert_eq!(get(&values, Field::GroupNumber), Some("T983-90"));
    }

    #[test]
    fn letters_name_patient_author_and_day() {
        let text = "Northgate Orthopaedic Group\nPhone (406) 555-0170 Fax (406) 555-0122\n\nMarch 7, 2016\n\nLaura H. Haynes, DO\n3809 Clinic Road, Suite 209\nEureka, CA 95501\n\nRE: Gregory Murphy, DOB 7/3/79\n\nDear Dr. Haynes:\nThank you for referring this man.\n\n\n\n\nSincerely,\n\n\n\nDebra D. King, MD\n\ncc: Jon P. Yamamoto, MD";
        let values = read(text, DocumentKind::ConsultationNote);
        let want = [
            (Field::Organization, "Northgate Orthopaedic Group"),
            (Field::Family, "Murphy"),
            (Field::Given, "Gregory"),
            (Field::BirthDate, "1979-07-03"),
            (Field::Practitioner, "Debra D. King"),
            (Field::DocumentDate, "2016-03-07"),
        ];
        for (field, text) in want {
            assert_eq!(get(&values, field), Some(text), "{field}");
        }
        assert_eq!(get(&values, Field::Phone), None, "a telephone of the house");
    }

    #[test]
    fn the_signed_line_stands_over_its_label() {
        let text = "\n\nPatient: May, Alan\n\nElectronically signed by Laura H. Haynes, DO on 07/16/2017 at 3:54 PM";
        let values = read(text, DocumentKind::ProgressNote);
        assert_eq!(get(&values, Field::Practitioner), Some("Laura H. Haynes"));
        assert_eq!(get(&values, Field::DocumentDate), Some("2017-07-16"));
    }

    #[test]
    fn the_plate_of_a_chart_needs_no_labels() {
        let text = "\nALEXANDER, CHARLES\n00-06-60-59   M   06/23/1968\nDR HAYNES\n\nPROGRESS NOTES";
        let values = read(text, DocumentKind::ProgressNote);
        let want = [(Field::Family, "Alexander"), (Field::Mrn, "00-06-60-59"), (Field::Gender, "male"), (Field::BirthDate, "1968-06-23")];
        for (field, text) in want {
            assert_eq!(get(&values, field), Some(text), "{field}");
        }
    }

    #[test]
    fn a_tick_decides_between_printed_choices() {
        let mut page = typed("\n\nName: Alan May\nSex:   Male   Female");
        let at = |page: &PageLayout, text: &str| page.reading.words.iter().find(|w| w.text == text).map(|w| w.rect).unwrap();
        for (text, ticked) in [("Male", false), ("Female", true)] {
            let rect = at(&page, text);
            page.reading.checkboxes.push(CheckBox { rect: Rect::new(rect.x - 22.0, rect.y + 2.0, 15.0, 15.0), ink: 0.2, ticked });
        }
        let lists = lists();
        let (values, _) = extract(std::slice::from_ref(&page), DocumentKind::AdministrativeNote, &lists);
        assert_eq!(
            values.iter().find(|v| v.field == Field::Gender).map(|v| (v.value.as_str(), v.signals.form)),
            Some(("female", Form::Checked))
        );
        // Two ticks say nothing: a person is asked.
        page.reading.checkboxes.iter_mut().for_each(|b| b.ticked = true);
        let (values, missing) = extract(&[page], DocumentKind::AdministrativeNote, &lists);
        assert!(values.iter().all(|v| v.field != Field::Gender));
        assert!(missing.iter().any(|(f, _)| *f == Field::Gender));
    }

    #[test]
    fn rows_of_choices_need_no_label() {
        let mut page = typed("\n\nName: Alan May\nBoy   Girl");
        let at = |page: &PageLayout, text: &str| page.reading.words.iter().find(|w| w.text == text).map(|w| w.rect).unwrap();
        for (text, ticked) in [("Boy", true), ("Girl", false)] {
            let rect = at(&page, text);
            page.reading.checkboxes.push(CheckBox { rect: Rect::new(rect.x - 22.0, rect.y + 2.0, 15.0, 15.0), ink: 0.2, ticked });
        }
        let gender = |page: &PageLayout| {
            let (values, missing) = extract(std::slice::from_ref(page), DocumentKind::LaboratoryReport, &lists());
            let value = values.into_iter().find(|v| v.field == Field::Gender).map(|v| v.value);
            (value, missing.iter().any(|(f, _)| *f == Field::Gender))
        };
        assert_eq!(gender(&page), (Some("male".to_owned()), false));
        page.reading.checkboxes.iter_mut().for_each(|b| b.ticked = true);
        assert_eq!(gender(&page), (None, true));
    }

    #[test]
    fn labels_stand_on_any_side() {
        let table: &[(&str, &[(Field, &str)])] = &[
            // Under the lines to write on, with headings over them.
            (
                "\n\nQuarry             Ann            May\nLast name          First name     Middle\n\n07/29/1974         503-555-0143\nDate of birth      Home phone\n\nIf parents cannot be reached\n\nRuth Roe           Grandmother    503-555-0186\nName               Relation       Phone",
                &[
                    (Field::Family, "Quarry"),
                    (Field::Given, "Ann May"),
                    (Field::BirthDate, "1974-07-29"),
                    (Field::Phone, "+15035550143"),
                    (Field::ContactName, "Ruth Roe"),
                    (Field::ContactTelecom, "+15035550186"),
                ],
            ),
            // Over them with colons, in columns of different people.
            (
                "\n\nPatient Name:       Birth date:        Emergency Contact:\nQuarry, Ann         07/29/1974         Ruth Roe\n\nEvening Phone:      SSN:               Relationship:\n503-555-0143        745-49-1671        Sister\n\nEmail:              Zip:               Contact Phone:\na@example.net       97301              503-555-0186",
                &[
                    (Field::Family, "Quarry"),
                    (Field::Phone, "+15035550143"),
                    (Field::ContactName, "Ruth Roe"),
                    (Field::ContactRelationship, "Sister"),
                    (Field::ContactTelecom, "+15035550186"),
                ],
            ),
            // Small letters without colons, in two columns with headings of their own.
            (
                "\n\nabout you                                   your insurance\nname          Quarry, Ann                   plan          Acme Life\nbirthdate     07/29/1974                    member id     AL5510928\n                                            emergency contact\nhome phone    503-555-0143                  name          Ruth Roe",
                &[
                    (Field::Family, "Quarry"),
                    (Field::Phone, "+15035550143"),
                    (Field::Payor, "Acme Life"),
                    (Field::SubscriberId, "AL5510928"),
                    (Field::ContactName, "Ruth Roe"),
                ],
            ),
            // A title is no section; a bare ID is the chart's where no plan is near; `ID 83704` is a state.
            ("\nHealth history\n\nName: Ann May   ID: E118204", &[(Field::Family, "May"), (Field::Mrn, "E118204")]),
            ("\nInsurance: Acme Life\nID CCP 5510 9287   Grp 008214", &[(Field::SubscriberId, "CCP55109287")]),
        ];
        for (text, want) in table {
            let values = read(text, DocumentKind::AdministrativeNote);
            for (field, value) in *want {
                assert_eq!(get(&values, *field), Some(*value), "{field}: {text}");
            }
        }
        assert_eq!(get(&read("\nPatient: Ann May\n\nBoise, ID 83704", DocumentKind::ReferralNote), Field::Mrn), None);
    }

    #[test]
    fn readings_of_one_fact_are_counted() {
        let text = "\nName: Karen Koch   DOB: 07/20/1933\n\n\n\nPatient: Koch, Karen   DOB: 07/20/1933\n\n\n\nPatient: Koch, Karen   DOB: 07/20/1935";
        let (values, _) = extract(&[typed(text)], DocumentKind::ProgressNote, &lists());
        let of = |field| values.iter().find(|v| v.field == field).map(|v| (v.value.as_str(), v.signals.agree, v.signals.differ));
        assert_eq!(of(Field::BirthDate), Some(("1933-07-20", 1, 1)));
        assert_eq!(of(Field::Family), Some(("Koch", 2, 0)));
    }

    #[test]
    fn what_a_kind_should_have_is_asked_for() {
        let (values, missing) = extract(&[typed("nothing here")], DocumentKind::LaboratoryReport, &lists());
        assert!(values.is_empty());
        assert!(missing.iter().any(|(f, p)| *f == Field::BirthDate && p.get() == 1));
        assert_eq!(extract(&[], DocumentKind::LaboratoryReport, &lists()), (Vec::new(), Vec::new()));
    }
}
