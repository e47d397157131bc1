//! From words on a page to a value with its evidence. Every rule of this room makes its values here.

use crate::model::{ExtractedValue, Field, Form, LabelStands, PageLayout, Signals, TextSource, Word};

/// What a rule knows of a value before its words are looked at.
#[allow(dead_code)]
pub(crate) struct Found<'a> {
    /// The field.
    pub field: Field,
    /// Index within its group.
    pub item: Option<u32>,
    /// Normalised value.
    pub value: String,
    /// The page that the words stand on.
    pub page: &'a PageLayout,
    /// Indices of the value's words.
    pub words: &'a [usize],
    /// The rule, as `room.rule`.
    pub rule: &'static str,
    /// How well the label or heading matched, 0.0–1.0.
    pub label: f32,
    /// Whether the form speaks for it.
    pub form: Form,
    /// The rule's own doubt, 0.0–1.0.
    pub doubt: f32,
    /// Whether OCR confusions were mended.
    pub mended: bool,
}

impl Found<'_> {
    /// Adds the words' place and the engine's figures.
    pub(crate) fn with_evidence(self) -> ExtractedValue {
        let page = self.page;
        let second = second_opinion(self.words.iter().map(|&w| page.word(w)), page.reading.second_there);
        let (mut lowest, mut sum, mut letters) = (1.0_f32, 0.0_f32, 0.0_f32);
        for &w in self.words {
            let word = page.word(w);
            let length = word.text.chars().count() as f32;
            lowest = lowest.min(word.confidence);
            sum += word.confidence * length;
            letters += length;
        }
        let (word_min, word_mean) = if letters > 0.0 { (lowest, sum / letters) } else { (0.0, 0.0) };
        ExtractedValue {
            field: self.field,
            item: self.item,
            value: self.value,
            raw: page.text_of(self.words),
            page: page.reading.number,
            place: page.place(self.words),
            label_place: None,
            rule: self.rule.to_owned(),
            signals: Signals {
                word_min,
                word_mean,
                label: self.label,
                form: self.form,
                mended: self.mended,
                history: Vec::new(),
                agree: 0,
                differ: 0,
                kin_agree: 0,
                kin_differ: 0,
                rules_hold: Vec::new(),
                rules_broken: Vec::new(),
                label_stands: LabelStands::Unknown,
                around: None,
                handwritten: super::handwriting::looks_handwritten(page, self.words),
                cut_off: super::cut_off::looks_cut_off(page, self.words),
                page_mean: page.reading.quality.mean_confidence,
                doubt: self.doubt,
                born_digital: page.reading.text_source == TextSource::TextLayer,
                second_asked: second.asked,
                read_once: second.read_once,
                second_agree: second.agree,
                second_min: second.min,
                replaced: second.replaced,
            },
        }
    }
}

/// What a second engine made of a value's words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SecondOpinion {
    /// Whether it read every word that holds a letter or a digit, and there is one.
    pub asked: bool,
    /// Whether it was there, and did not read all of these words.
    pub read_once: bool,
    /// Share of the characters in words on which both agree.
    pub agree: f32,
    /// Its lowest figure.
    pub min: f32,
    /// Whether some text is its own.
    pub replaced: bool,
}

/// Adds up what a second engine made of some words; `there` says whether it could be asked at all. Words without a letter or digit are not
/// asked and do not count.
pub(crate) fn second_opinion<'w>(words: impl Iterator<Item = &'w Word>, there: bool) -> SecondOpinion {
    let (mut all, mut agreed) = (0.0_f32, 0.0_f32);
    let mut opinion = SecondOpinion { asked: true, min: 1.0, ..SecondOpinion::default() };
    for word in words.filter(|word| word.text.chars().any(char::is_alphanumeric)) {
        let Some(second) = &word.second else { return SecondOpinion { read_once: there, ..SecondOpinion::default() } };
        let length = word.text.chars().count() as f32;
        all += length;
        agreed += if second.agrees { length } else { 0.0 };
        opinion.min = opinion.min.min(second.confidence);
        opinion.replaced |= second.instead_of.is_some();
    }
    if all == 0.0 {
        return SecondOpinion::default();
    }
    SecondOpinion { agree: agreed / all, ..opinion }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecondReading;

    fn word(text: &str, second: Option<(&str, f32, bool)>) -> Word {
        let second = second.map(|(read, confidence, agrees)| SecondReading {
            text: read.to_owned(),
            confidence,
            instead_of: (!agrees && read == text).then(|| "other".to_owned()),
            agrees,
        });
        Word { text: text.to_owned(), second, ..Word::default() }
    }

    #[test]
    fn silence_is_not_agreement() {
        let agreed = word("Smith", Some(("Smith", 0.99, true)));
        let table = [
            (vec![], SecondOpinion::default()),
            (vec![word("--", None)], SecondOpinion::default()),
            (vec![agreed.clone(), word("John", None)], SecondOpinion::default()),
            (vec![agreed.clone(), word("-", None)], SecondOpinion { asked: true, agree: 1.0, min: 0.99, ..SecondOpinion::default() }),
            (
                vec![agreed.clone(), word("Jchn", Some(("John", 0.7, false)))],
                SecondOpinion { asked: true, agree: 5.0 / 9.0, min: 0.7, ..SecondOpinion::default() },
            ),
            (
                vec![word("John", Some(("John", 0.9, false)))],
                SecondOpinion { asked: true, agree: 0.0, min: 0.9, replaced: true, read_once: false },
            ),
        ];
        for (words, expected) in table {
            assert_eq!(second_opinion(words.iter(), false), expected);
            // Where the engine is there, a word with letters that it did not read leaves the value read once.
            let skipped = words.iter().any(|w| w.second.is_none() && w.text.chars().any(char::is_alphanumeric));
            assert_eq!(second_opinion(words.iter(), true), SecondOpinion { read_once: skipped, ..expected });
        }
    }
}
