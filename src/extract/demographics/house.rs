//! What a site says of itself: its names and telephones, which are never the patient's, and the forms of its record numbers.

use super::facts::{Fact, Facts};
use super::letterhead::{FOOT, HEAD};
use super::sheet::Sheet;
use super::text::{Wording, fold};
use super::values::{self, Value};
use crate::extract::site::mrn::{Match, MrnForm};
use crate::model::{Field, Form, Step};

/// A wording of the house's name read with slips counts from here on.
const LIKE_ENOUGH: f32 = 0.85;

/// A site's own names, numbers and forms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct House {
    names: Vec<(String, Wording)>,
    telephones: Vec<String>,
    mrn: Vec<MrnForm>,
}

/// A telephone number in the form of `fields.csv`, if it is one.
pub(crate) fn telephone(text: &str) -> Option<String> {
    values::phone(text).map(|(value, _)| value.text)
}

impl House {
    /// Takes names as they are to be written, telephones in E.164, and forms of record numbers.
    pub(crate) fn new(names: &[String], telephones: Vec<String>, mrn: Vec<MrnForm>) -> Self {
        Self { names: names.iter().map(|n| (n.clone(), Wording::new(n))).collect(), telephones, mrn }
    }

    /// Gives a record number its form, as the site's forms say. What fits none is broken, so that a person sees it.
    pub(crate) fn judge_mrn(&self, value: &mut Value) {
        if self.mrn.is_empty() {
            return;
        }
        let judged: Vec<Match> = self.mrn.iter().filter_map(|form| form.judge(&value.text)).collect();
        let sure = |m: &&Match| !matches!(m, Match::Mended(_));
        match judged.iter().find(sure).or(judged.first()) {
            Some(Match::Checked) => value.form = Form::Checked,
            Some(Match::Fits) => value.form = Form::Valid,
            Some(Match::Mended(text)) => {
                let taken = value.text.chars().zip(text.chars()).zip(0..).filter(|((read, taken), _)| read != taken);
                let history = taken.map(|((read, taken), at)| Step::Took { at, read, taken }).collect();
                *value = Value { text: text.clone(), form: Form::Valid, history };
            }
            None => value.form = Form::Invalid,
        }
    }

    /// Goes through what was read: strikes the house's telephones and names where they were taken for a person's, adds the house's
    /// name where head or foot of a page bears it, judges record numbers.
    pub(crate) fn settle(&self, sheets: &[Sheet<'_>], facts: &mut Facts) {
        for fact in facts.plain.iter_mut().filter(|f| f.field == Field::Mrn) {
            self.judge_mrn(&mut fact.value);
        }
        facts
            .plain
            .retain(|fact| !(matches!(fact.field, Field::Phone | Field::ContactTelecom) && self.telephones.contains(&fact.value.text)));
        for (page, sheet) in sheets.iter().enumerate() {
            self.read_names(sheet, page, facts);
        }
    }

    fn read_names(&self, sheet: &Sheet<'_>, page: usize, facts: &mut Facts) {
        let height = sheet.page.reading.height.max(1) as f32;
        for (name, wording) in &self.names {
            let length = name.split_whitespace().count();
            for piece in &sheet.pieces {
                let found = piece
                    .tokens
                    .windows(length.min(piece.tokens.len()).max(1))
                    .map(|window| {
                        let read = Wording::new(&window.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" "));
                        (wording.similarity(&read), window)
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0))
                    .filter(|(similarity, _)| *similarity >= LIKE_ENOUGH);
                let Some((similarity, window)) = found else { continue };
                let words: Vec<usize> = window.iter().map(|t| t.word).collect();
                facts.names.retain(|n| n.page != page || !n.family_words.iter().all(|w| words.contains(w)));
                facts.plain.retain(|f| {
                    f.page != page
                        || !matches!(f.field, Field::Family | Field::Given | Field::ContactName)
                        || !f.words.iter().all(|w| words.contains(w))
                });
                let at = piece.rect.center_y() / height;
                if at <= HEAD || at >= FOOT {
                    let value = Value::new(name.clone(), Form::Checked);
                    facts.plain.retain(|f| {
                        f.field != Field::Organization
                            || f.page != page
                            || fold(&f.value.text) == fold(name)
                            || !f.words.iter().any(|w| words.contains(w))
                    });
                    facts.plain.push(Fact {
                        field: Field::Organization,
                        value,
                        page,
                        words,
                        rule: "demographics.house",
                        label: similarity,
                        label_at: None,
                        doubt: 0.0,
                        rank: 0,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_numbers_follow_the_sites_forms() {
        let house = House::new(&[], Vec::new(), vec![MrnForm::parse("NN-NN-NN-NN", None).unwrap()]);
        let table = [
            ("00-12-34-56", "00-12-34-56", Form::Valid, false),
            ("00-12-34-5", "00-12-34-5", Form::Invalid, false),
            ("0O-12-34-56", "00-12-34-56", Form::Valid, true),
        ];
        for (text, want, form, mended) in table {
            let mut value = Value::new(text, Form::Free);
            house.judge_mrn(&mut value);
            assert_eq!((value.text.as_str(), value.form, value.mended()), (want, form, mended), "{text}");
        }
        let mut value = Value::new("7", Form::Free);
        House::default().judge_mrn(&mut value);
        assert_eq!(value.form, Form::Free, "without forms nothing is said");
    }
}
