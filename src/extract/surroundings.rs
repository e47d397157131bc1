//! What surrounds a value: how well the words near it could be read, how its label stands, and how much of the page the rules made sense of. A form
//! that nobody has seen leaves much of its text unexplained and many of its fields unfound; what is read from it by chance looks like any other
//! value otherwise.
//!
//! Tried and left out, as they told nothing new on layouts held out (77 of them, 7,164 values): resolution, shades and damage of the page, the
//! probability of its kind, the share of doubtful words near the value, the share explained without texts of sections.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Affine, ExtractedValue, Field, LabelStands, PageLayout, PageNumber, PercentBox, Rect, Surroundings, TextSource};

/// How far words count as near, in heights of the page's words: above and below, and to the sides.
const LINES: f32 = 1.8;
const BESIDE: f32 = 15.0;

/// Writes into every value's signals what surrounds it.
pub(super) fn note(pages: &[PageLayout], values: &mut [ExtractedValue], missing: &[(Field, PageNumber)]) {
    let found = found(values, missing);
    let mut of_page: BTreeMap<PageNumber, Vec<usize>> = BTreeMap::new();
    for (at, value) in values.iter().enumerate() {
        of_page.entry(value.page).or_default().push(at);
    }
    for page in pages {
        let mut sheet = Sheet::new(page);
        let Some(mine) = of_page.get(&page.reading.number) else { continue };
        for value in mine.iter().map(|&at| &values[at]) {
            for place in [value.place, value.label_place].into_iter().flatten() {
                sheet.explain(place);
            }
        }
        let explained = sheet.share();
        for &at in mine {
            let value = &mut values[at];
            let near_mean = sheet.near(value).unwrap_or(page.reading.quality.mean_confidence);
            value.signals.label_stands = stands(value);
            value.signals.around = Some(Surroundings { near_mean, explained, found });
        }
    }
}

/// Share of the single values that were found among those that should be there.
fn found(values: &[ExtractedValue], missing: &[(Field, PageNumber)]) -> f32 {
    let single = |field: Field| field.group().is_none() && field.section().is_none();
    let there: BTreeSet<Field> = values.iter().filter(|v| single(v.field) && !v.value.is_empty()).map(|v| v.field).collect();
    let gone: BTreeSet<Field> = missing.iter().map(|(field, _)| *field).filter(|field| single(*field) && !there.contains(field)).collect();
    let all = there.len() + gone.len();
    if all == 0 { 0.0 } else { there.len() as f32 / all as f32 }
}

/// How a label stands to its value, by their places on the source page. Pages that lie turned in their source have theirs turned, too; there the answer is
/// as right as for a label elsewhere.
fn stands(value: &ExtractedValue) -> LabelStands {
    if value.rule.starts_with("template.") {
        return LabelStands::Zone;
    }
    let (Some(place), Some(label)) = (value.place, value.label_place) else { return LabelStands::Nowhere };
    let of = |place: PercentBox| Rect::new(place.x, place.y, place.width, place.height);
    let (place, label) = (of(place), of(label));
    let height = place.h.min(label.h).max(1e-3);
    if place.overlap_y(&label) > 0.5 * height {
        if label.center_x() < place.center_x() { LabelStands::Before } else { LabelStands::Elsewhere }
    } else if label.center_y() < place.center_y() {
        LabelStands::Above
    } else {
        LabelStands::Elsewhere
    }
}

/// A page's words by height, and which of them the rules made sense of.
struct Sheet<'a> {
    page: &'a PageLayout,
    to_upright: Option<Affine>,
    /// Middles and indices of the words with letters or digits, top to bottom.
    by_height: Vec<(f32, usize)>,
    explained: Vec<bool>,
}

impl<'a> Sheet<'a> {
    fn new(page: &'a PageLayout) -> Self {
        let words = &page.reading.words;
        let legible = |text: &str| text.chars().any(char::is_alphanumeric);
        let mut by_height: Vec<(f32, usize)> =
            words.iter().enumerate().filter(|(_, word)| legible(&word.text)).map(|(at, word)| (word.rect.center_y(), at)).collect();
        by_height.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { page, to_upright: page.reading.to_source.inverse(), by_height, explained: vec![false; words.len()] }
    }

    fn rect(&self, place: PercentBox) -> Option<Rect> {
        self.to_upright.as_ref().map(|map| map.hull(&Rect::new(place.x, place.y, place.width, place.height)).grown(1.0))
    }

    /// The words whose middles lie in a rectangle.
    fn within(&self, rect: Rect) -> impl Iterator<Item = usize> {
        let from = self.by_height.partition_point(|(y, _)| *y < rect.y);
        let of_height = self.by_height[from..].iter().take_while(move |(y, _)| *y <= rect.bottom());
        of_height.map(|(_, at)| *at).filter(move |&at| {
            let x = self.page.word(at).rect.center_x();
            x >= rect.x && x <= rect.right()
        })
    }

    fn explain(&mut self, place: PercentBox) {
        let Some(rect) = self.rect(place) else { return };
        let words: Vec<usize> = self.within(rect).collect();
        for at in words {
            self.explained[at] = true;
        }
    }

    /// Share of the page's letters that are explained.
    fn share(&self) -> f32 {
        let (mut all, mut known) = (0.0, 0.0);
        for (_, at) in &self.by_height {
            let letters = self.page.word(*at).text.chars().count() as f32;
            all += letters;
            known += if self.explained[*at] { letters } else { 0.0 };
        }
        if all > 0.0 { known / all } else { 0.0 }
    }

    /// The mean figure of the words near a value.
    fn near(&self, value: &ExtractedValue) -> Option<f32> {
        if self.page.reading.text_source == TextSource::TextLayer {
            return None;
        }
        let unit = self.page.unit;
        let own = self.rect(value.place?)?;
        let label = value.label_place.and_then(|place| self.rect(place));
        let area =
            Rect::from_corners(own.x - BESIDE * unit, own.y - LINES * unit, own.right() + BESIDE * unit, own.bottom() + LINES * unit);
        let (mut letters, mut sum) = (0.0, 0.0);
        for at in self.within(area) {
            let word = self.page.word(at);
            let inside = |rect: &Rect| rect.contains(word.rect.center_x(), word.rect.center_y());
            if inside(&own) || label.as_ref().is_some_and(inside) {
                continue;
            }
            let length = word.text.chars().count() as f32;
            letters += length;
            sum += length * word.confidence;
        }
        (letters > 0.0).then(|| sum / letters)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed;
    use super::*;
    use crate::model::Signals;

    fn value(page: &PageLayout, field: Field, text: &str, label: Option<&str>) -> ExtractedValue {
        let words = |text: &str| -> Vec<usize> {
            text.split(' ').map(|t| page.reading.words.iter().position(|w| w.text == t).unwrap_or_else(|| panic!("{t}"))).collect()
        };
        ExtractedValue {
            field,
            item: None,
            value: text.into(),
            raw: text.into(),
            page: page.reading.number,
            place: page.place(&words(text)),
            label_place: label.and_then(|label| page.place(&words(label))),
            rule: "test.value".into(),
            signals: Signals::default(),
        }
    }

    fn around(value: &ExtractedValue) -> Surroundings {
        value.signals.around.unwrap()
    }

    #[test]
    fn a_page_that_is_understood_has_its_letters_in_values_and_labels() {
        let page = typed("Name: ANN\nSome other words");
        let mut values = [value(&page, Field::Given, "ANN", Some("Name:"))];
        note(&[page], &mut values, &[(Field::BirthDate, PageNumber::new(1))]);
        let told = around(&values[0]);
        assert!((told.explained - 8.0 / 22.0).abs() < 1e-6, "{told:?}");
        assert_eq!(told.found, 0.5);
        assert_eq!(values[0].signals.label_stands, LabelStands::Before);
    }

    #[test]
    fn poor_words_near_a_value_tell_and_far_ones_do_not() {
        for (line, mean) in [(1, 0.625), (8, 0.95)] {
            let mut page = typed(&format!("Name: ANN good{}spot", "\n".repeat(line)));
            page.reading.words.iter_mut().for_each(|word| word.confidence = if word.text == "spot" { 0.3 } else { 0.95 });
            let mut values = [value(&page, Field::Given, "ANN", Some("Name:"))];
            note(&[page], &mut values, &[]);
            let told = around(&values[0]);
            assert!((told.near_mean - mean).abs() < 1e-6, "{told:?}");
        }
    }

    #[test]
    fn a_label_stands_where_it_stands() {
        let page = typed("Name: ANN\nBOB");
        let table =
            [("ANN", Some("Name:"), LabelStands::Before), ("BOB", Some("Name:"), LabelStands::Above), ("ANN", None, LabelStands::Nowhere)];
        for (text, label, expected) in table {
            assert_eq!(stands(&value(&page, Field::Given, text, label)), expected, "{text}");
        }
        let zone = ExtractedValue { rule: "template.form".into(), ..value(&page, Field::Given, "ANN", Some("Name:")) };
        assert_eq!(stands(&zone), LabelStands::Zone);
    }
}
