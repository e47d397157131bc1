//! From words on a page to a value with its evidence. Every rule of this room makes its values here.

use crate::model::{ExtractedValue, Field, Form, PageLayout, Signals, TextSource};

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
            place: page.hull(self.words).map(|rect| page.reading.to_source.to_percent(&rect)),
            rule: self.rule.to_owned(),
            signals: Signals {
                word_min,
                word_mean,
                label: self.label,
                form: self.form,
                mended: self.mended,
                agree: 0,
                differ: 0,
                handwritten: super::handwriting::looks_handwritten(page, self.words),
                cut_off: super::cut_off::looks_cut_off(page, self.words),
                page_mean: page.reading.quality.mean_confidence,
                doubt: self.doubt,
                born_digital: page.reading.text_source == TextSource::TextLayer,
            },
        }
    }
}
