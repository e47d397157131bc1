//! What one page says of itself: whose it is, which page of how many, and whether it bears a title.

use rapidfuzz::distance::levenshtein;

use super::{Clear, PartRules};
use crate::extract::phrases::fold;
use crate::extract::{Vocabulary, demographics, kind};
use crate::model::{DocumentKind, ExtractedValue, Field, Form, PageLayout};

/// Most pages that a counter is believed to count to.
const MOST_PAGES: u32 = 300;

/// A page's account of itself, of clear readings only. Holds patient text: it has no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Signs {
    pub who: Who,
    pub counter: Option<Counter>,
    pub title: Option<DocumentKind>,
}

impl Signs {
    /// Adds a further page of the same document.
    pub(super) fn take(&mut self, page: &Signs) {
        let Who { family, given, birth, number } = &page.who;
        // Family and given name of one reading stay together.
        if self.who.family.is_none() {
            (self.who.family, self.who.given) = (family.clone(), given.clone());
        }
        self.who.birth = self.who.birth.take().or_else(|| birth.clone());
        self.who.number = self.who.number.take().or_else(|| number.clone());
        self.counter = page.counter.or(self.counter);
        self.title = self.title.or(page.title);
    }
}

/// `Page 2 of 3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    pub page: u32,
    pub of: Option<u32>,
}

/// What a page says of its patient.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Who {
    pub family: Option<String>,
    pub given: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth: Option<String>,
    pub number: Option<String>,
}

/// How one page's patient relates to another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Something agrees, nothing contradicts.
    Same,
    /// Nothing to compare.
    Open,
    /// One fact contradicts, none agrees.
    Doubtful,
    /// Some facts agree, some contradict.
    Mixed,
    /// The name contradicts, and birth date or record number does; none agrees.
    Other,
}

/// How two readings of one fact compare; `None` where one is missing or it cannot be told.
type Compared = Option<bool>;

impl Who {
    pub(super) fn relation(&self, other: &Who, clear: &Clear) -> Relation {
        let name = self.name(other, clear);
        let rest = [births(self.birth.as_deref(), other.birth.as_deref()), numbers(&self.number, &other.number, clear.number)];
        let facts = [name, rest[0], rest[1]];
        let (same, apart) = (facts.contains(&Some(true)), facts.contains(&Some(false)));
        match (same, apart) {
            (false, false) => Relation::Open,
            (true, false) => Relation::Same,
            (true, true) => Relation::Mixed,
            (false, true) if name == Some(false) && rest.contains(&Some(false)) => Relation::Other,
            (false, true) => Relation::Doubtful,
        }
    }

    fn name(&self, other: &Who, clear: &Clear) -> Compared {
        let (a, b) = (self.family.as_deref()?, other.family.as_deref()?);
        let first = |name: &Option<String>| name.as_deref().and_then(|n| n.split(' ').next()).unwrap_or_default().to_owned();
        let (x, y) = (first(&self.given), first(&other.given));
        let apart = |a: &str, b: &str| a.chars().count() > 1 && b.chars().count() > 1 && alike(a, b) < clear.apart;
        let same = |a: &str, b: &str| alike(a, b) >= clear.same;
        // Family and given name may have changed places.
        if same(a, &y) || same(b, &x) {
            return None;
        }
        let initial = |a: &str, b: &str| a.chars().count() == 1 && b.starts_with(a);
        let given_fits = x.is_empty() || y.is_empty() || same(&x, &y) || initial(&x, &y) || initial(&y, &x);
        match () {
            () if same(a, b) && given_fits => Some(true),
            () if apart(a, b) || (same(a, b) && apart(&x, &y)) => Some(false),
            () => None,
        }
    }
}

/// 1.0 for the same text, 0.0 for texts without a letter in common.
fn alike(a: &str, b: &str) -> f64 {
    let longest = a.chars().count().max(b.chars().count()).max(1);
    1.0 - levenshtein::distance(a.chars(), b.chars()) as f64 / longest as f64
}

/// Birth dates contradict if two of year, month and day differ, and neither the order of month and day nor the century explains it.
fn births(a: Option<&str>, b: Option<&str>) -> Compared {
    let parts = |date: &str| -> Option<[u16; 3]> {
        let mut parts = date.splitn(3, '-').map(str::parse);
        Some([parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?])
    };
    let (a, b) = (parts(a?)?, parts(b?)?);
    let year = a[0] % 100 == b[0] % 100;
    match () {
        () if a == b => Some(true),
        () if year && ((a[1], a[2]) == (b[2], b[1]) || a[1..] == b[1..]) => None,
        () => ([!year, a[1] != b[1], a[2] != b[2]].iter().filter(|d| **d).count() >= 2).then_some(false),
    }
}

/// Record numbers contradict if more characters differ than engines confuse, and neither is a shorter form of the other.
fn numbers(a: &Option<String>, b: &Option<String>, most: usize) -> Compared {
    let plain = |number: &str| number.chars().filter(|c| c.is_alphanumeric()).map(confused).collect::<String>();
    let (a, b) = (plain(a.as_deref()?), plain(b.as_deref()?));
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    let shorter = a.ends_with(b) || b.ends_with(a) || a.starts_with(b) || b.starts_with(a);
    match () {
        () if a == b => Some(true),
        () if shorter => None,
        () => (levenshtein::distance(a.chars(), b.chars()) >= most).then_some(false),
    }
}

/// One character for all that engines take for each other.
fn confused(c: char) -> char {
    match c.to_ascii_lowercase() {
        'o' | 'q' | 'd' => '0',
        'i' | 'l' | '7' => '1',
        'z' => '2',
        's' | '6' | 'g' => '5',
        'b' | '3' => '8',
        c => c,
    }
}

/// Reads a page by itself.
pub(super) fn read(page: &PageLayout, vocabulary: &Vocabulary) -> Signs {
    let rules = &vocabulary.parts;
    let alone = std::slice::from_ref(page);
    let classified = kind::classify(alone, &vocabulary.kinds);
    let titled = classified.value.as_ref().is_some_and(|v| v.rule == kind::TITLE_RULE && v.signals.label >= rules.clear.title);
    let values = demographics::read(alone, DocumentKind::SummaryOfEpisode, &vocabulary.demographics).values;
    let take = |field: Field| values.iter().find(|v| v.field == field && is_clear(v, &rules.clear)).map(|v| v.value.clone());
    let given = take(Field::Given).map(|name| name.split(' ').map(fold).collect::<Vec<_>>().join(" "));
    Signs {
        who: Who {
            family: take(Field::Family).map(|name| fold(&name)).filter(|name| name.chars().count() > 1),
            given,
            birth: take(Field::BirthDate).filter(|date| date.len() == 10),
            number: take(Field::Mrn),
        },
        counter: counter(page, rules),
        title: titled.then_some(classified.kind),
    }
}

fn is_clear(value: &ExtractedValue, clear: &Clear) -> bool {
    let signals = &value.signals;
    signals.word_min >= clear.word
        && signals.doubt <= clear.doubt
        && matches!(signals.form, Form::Valid | Form::Checked)
        && signals.differ == 0
        && !(signals.mended || signals.handwritten || signals.cut_off)
}

/// The page's counter, if it is read clearly.
fn counter(page: &PageLayout, rules: &PartRules) -> Option<Counter> {
    let height = page.reading.height as f32;
    let at_edge = |y: f32, bottom: f32| bottom < rules.head * height || y > (1.0 - rules.foot) * height;
    let edge: Vec<(String, f32)> = page
        .segments
        .iter()
        .filter(|segment| at_edge(segment.rect.y, segment.rect.bottom()))
        .map(|segment| {
            let figures = segment.words.iter().map(|&w| page.word(w)).filter(|w| w.text.chars().any(|c| c.is_ascii_digit()));
            (page.text_of(&segment.words).to_lowercase(), figures.map(|w| w.confidence).fold(1.0, f32::min))
        })
        .collect();
    rules.counters.iter().find_map(|expression| {
        edge.iter().filter(|(_, confidence)| *confidence >= rules.clear.counter).find_map(|(text, _)| {
            let found = expression.captures(text.trim())?;
            let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<u32>().ok());
            let (page, of) = (number("page")?, number("of"));
            (page >= 1 && page <= of.unwrap_or(MOST_PAGES) && of.is_none_or(|of| of <= MOST_PAGES)).then_some(Counter { page, of })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::parts::PartRules;
    use crate::extract::testing::typed;

    fn rules() -> PartRules {
        PartRules::parse(include_str!("../../../config/parts.toml")).unwrap()
    }

    fn who(family: &str, given: &str, birth: &str, number: &str) -> Who {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Who { family: some(family), given: some(given), birth: some(birth), number: some(number) }
    }

    #[test]
    fn people_are_other_people_by_two_facts_only() {
        let clear = rules().clear;
        let koch = who("koch", "karen", "1933-07-20", "00827511");
        for (other, want) in [
            (who("koch", "karen", "1933-07-20", "00827511"), Relation::Same),
            (who("kocn", "k", "", "0082751I"), Relation::Same),
            (who("murphy", "gregory", "1979-07-03", "04417920"), Relation::Other),
            (who("koch", "walter", "1930-01-02", ""), Relation::Other),
            // Misreadings, short forms, another order.
            (who("", "", "1933-07-29", ""), Relation::Open),
            (who("", "", "2033-07-20", ""), Relation::Open),
            (who("", "", "", "827511"), Relation::Same),
            (who("", "", "", "7511"), Relation::Open),
            (who("karen", "koch", "", ""), Relation::Open),
            // A married name, one fact alone, nothing.
            (who("bellweather", "karen", "1933-07-20", ""), Relation::Mixed),
            (who("murphy", "gregory", "", ""), Relation::Doubtful),
            (who("", "", "1979-07-03", "04417920"), Relation::Doubtful),
            (who("", "", "", ""), Relation::Open),
        ] {
            let name = |w: &Who| format!("{:?} {:?} {:?}", w.family, w.birth, w.number);
            assert_eq!(koch.relation(&other, &clear), want, "{}", name(&other));
            assert_eq!(other.relation(&koch, &clear), want, "{}", name(&other));
        }
    }

    #[test]
    fn counters_stand_at_the_edge() {
        let rules = rules();
        let foot = |text: &str| typed(&format!("LAKE CLINIC\n{}{text}", "\n".repeat(42)));
        for (page, want) in [
            (typed("Ann Doe    Page 2 of 3\nPlan"), Some((2, Some(3)))),
            (foot("Pg 1/2"), Some((1, Some(2)))),
            (foot("1 of 4"), Some((1, Some(4)))),
            (foot("Page 3"), Some((3, None))),
            (foot("- 2 -"), Some((2, None))),
            (foot("FROM: LAKE CLINIC  TO: 5550100  P. 1/3"), None),
            (foot("3 of 2"), None),
            (foot("Vision 20/20"), None),
            (typed(&format!("LAKE CLINIC\n{}1/2", "\n".repeat(20))), None),
        ] {
            assert_eq!(counter(&page, &rules).map(|c| (c.page, c.of)), want, "{}", page.line_text(page.lines.len() - 1));
        }
        let mut unclear = typed("Ann Doe    Page 1 of 3");
        unclear.reading.words.iter_mut().for_each(|w| w.confidence = 0.5);
        assert_eq!(counter(&unclear, &rules), None);
    }
}
