//! One value in words: what it was read from, what else was read there, and what made it as sure as it is.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{of_box, plain, upright};
use crate::confidence::{Account, FEATURES, Part};
use crate::model::{DecidedValue, PageLayout, Step, Word};

/// Words with something to say that are listed; a section may have hundreds.
const WORDS: usize = 40;

/// The value, its words, and its account. `limit` says from where on it is accepted.
pub fn explain(value: &DecidedValue, layout: Option<&PageLayout>, account: &Account, limit: &str) -> String {
    let extracted = &value.extracted;
    let item = extracted.item.map_or_else(String::new, |item| format!(" [{item}]"));
    let reasons: Vec<&str> = value.reasons.iter().map(|reason| reason.as_str()).collect();
    let mut out = format!("{}{item}\n", extracted.field);
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "  {name:<12}{text}");
    };
    line("value", &plain(&extracted.value));
    line("as read", &plain(&extracted.raw));
    line("status", &format!("{}, confidence {:.3}", value.status.as_str(), value.confidence.get()));
    if !reasons.is_empty() {
        line("because", &reasons.join(", "));
    }
    line("page, box", &format!("{}, {}", extracted.page, of_box(extracted.place)));
    if extracted.label_place.is_some() {
        line("label's box", &of_box(extracted.label_place));
    }
    line("rule", &extracted.rule);
    for step in &extracted.signals.history {
        line("step", &of_step(*step));
    }
    if let Some(around) = extracted.signals.around {
        let percent = |share: f32| (100.0 * share).round();
        let text = format!(
            "words near it {:.2}; {} % of the page's text understood, {} % of the expected values found",
            around.near_mean,
            percent(around.explained),
            percent(around.found)
        );
        line("around it", &text);
    }
    let (agree, differ) = (extracted.signals.kin_agree, extracted.signals.kin_differ);
    if agree + differ > 0 {
        line("other papers", &format!("{agree} of the patient's say the same, {differ} something else"));
    }
    for rule in &extracted.signals.rules_hold {
        line("holds", rule.meaning());
    }
    for rule in &extracted.signals.rules_broken {
        line("broken", rule.meaning());
    }
    let words = layout.map_or_else(Vec::new, |layout| words_of(value, layout));
    if !words.is_empty() {
        let _ = writeln!(out, "  words");
    }
    for word in words.iter().take(WORDS) {
        let _ = writeln!(out, "    {}", of_word(word));
    }
    if words.len() > WORDS {
        let _ = writeln!(out, "    and {} more", words.len() - WORDS);
    }
    if !extracted.value.is_empty() {
        account_in_words(&mut out, account, limit);
    }
    out
}

/// The same as JSON.
pub fn explain_json(value: &DecidedValue, layout: Option<&PageLayout>, account: &Account, limit: &str) -> Value {
    let parts: Vec<Value> = sorted(account)
        .iter()
        .map(|p| json!({ "feature": FEATURES[p.feature].name, "value": p.value, "weight": p.weight, "log_odds": p.log_odds() }))
        .collect();
    json!({
        "value": value,
        "words": layout.map_or_else(Vec::new, |layout| words_of(value, layout)),
        "account": {
            "intercept": account.intercept, "class": account.class, "class_offset": account.offset, "features": parts,
            "calibration": account.calibration, "probability": account.probability, "threshold": account.threshold, "limit": limit,
            "both_engines": account.both,
        },
    })
}

/// Words whose middle lies in the value's box.
fn words_of<'l>(value: &DecidedValue, layout: &'l PageLayout) -> Vec<&'l Word> {
    let Some(place) = value.extracted.place.and_then(|place| upright(&layout.reading, place)) else { return Vec::new() };
    layout.reading.words.iter().filter(|word| place.contains(word.rect.center_x(), word.rect.center_y())).collect()
}

fn of_step(step: Step) -> String {
    match step {
        Step::Took { at, read, taken } => {
            format!("character {}: `{}` was taken for `{}`", u32::from(at) + 1, plain(&read.to_string()), plain(&taken.to_string()))
        }
        Step::PointForComma { word } => format!("word {}: its point was taken for the comma behind a family name", u32::from(word) + 1),
        Step::Parted { word } => format!("word {}: a blank that was lost was put back", u32::from(word) + 1),
        Step::SwappedDayAndMonth => "day and month changed places: the calendar forbids the printed order".to_owned(),
        Step::NearMonth => "the month's name was read with a slip".to_owned(),
        Step::SuppliedCentury => "the century of a year of two digits was supplied".to_owned(),
    }
}

fn of_word(word: &Word) -> String {
    let mut text = format!("{}  {:.2}", plain(&word.text), word.confidence);
    for doubt in &word.doubts {
        let letter = word.text.chars().nth(usize::from(doubt.at)).map_or_else(String::new, |c| plain(&c.to_string()));
        let others: Vec<String> = doubt.others.iter().map(|other| plain(other)).collect();
        let _ = write!(text, "; `{letter}` {:.2}, or {}", doubt.confidence, others.join(" "));
    }
    match &word.second {
        Some(second) if second.agrees => {
            let _ = write!(text, "; second engine agrees, {:.2}", second.confidence);
        }
        Some(second) => {
            let _ = write!(text, "; second engine read {}, {:.2}", plain(&second.text), second.confidence);
            if let Some(first) = &second.instead_of {
                let _ = write!(text, ", taken instead of {}", plain(first));
            }
        }
        None => {}
    }
    text
}

/// Features that add something, the weightiest first.
fn sorted(account: &Account) -> Vec<Part> {
    let mut parts: Vec<Part> = account.parts.iter().copied().filter(|part| part.log_odds() != 0.0).collect();
    parts.sort_by(|a, b| b.log_odds().abs().total_cmp(&a.log_odds().abs()));
    parts
}

fn account_in_words(out: &mut String, account: &Account, limit: &str) {
    let engines = if account.both { "both engines" } else { "one engine" };
    let _ = writeln!(out, "  why so sure, in log-odds (0 is even; model for values read by {engines})");
    let _ = writeln!(out, "    {:+7.2}  where every value begins", account.intercept);
    let _ = writeln!(out, "    {:+7.2}  fields of the class {:?}", account.offset, account.class);
    for part in sorted(account) {
        let _ = writeln!(
            out,
            "    {:+7.2}  {}: {} ({:.2} x {:+.2})",
            part.log_odds(),
            FEATURES[part.feature].name,
            FEATURES[part.feature].meaning,
            part.value,
            part.weight
        );
    }
    if account.calibration != 0.0 {
        let _ = writeln!(out, "    {:+7.2}  calibration on layouts that were left out", account.calibration);
    }
    let _ = writeln!(out, "    together {:.3}; {limit}", account.probability);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::ConfidenceModel;
    use crate::layout::{analyse, testing};
    use crate::model::{Doubt, Rule, SecondReading, Surroundings};

    #[test]
    fn a_value_is_told_with_its_words_and_a_sum_in_order_of_weight() {
        let mut word = testing::word("Srnith", 100.0, 100.0);
        word.doubts.push(Doubt { at: 1, confidence: 0.5, others: vec!["m".into()] });
        word.second = Some(SecondReading { text: "Smith".into(), confidence: 0.9, instead_of: None, agrees: false });
        let layout = analyse(testing::page(vec![word, testing::word("elsewhere", 500.0, 700.0)]));
        let mut value = crate::export::sample::full("a.pdf").values[0].clone();
        value.extracted.place = layout.place(&[0]);
        let signals = &mut value.extracted.signals;
        (signals.word_min, signals.word_mean, signals.page_mean, signals.label, signals.differ) = (0.9, 0.95, 0.8, 1.0, 1);
        signals.history.push(Step::Took { at: 1, read: '0', taken: 'O' });
        signals.around = Some(Surroundings { near_mean: 0.9, explained: 0.5, found: 0.25 });
        signals.rules_hold.push(Rule::EmailAndName);
        signals.rules_broken.push(Rule::PlausibleAge);
        let account = ConfidenceModel::load(None).unwrap().account(&value.extracted);
        let text = explain(&value, Some(&layout), &account, "accepted from 0.900 on");
        for said in [
            "`r` 0.50, or m",
            "second engine read Smith, 0.90",
            "where every value begins",
            "together",
            "character 2: `0` was taken for `O`",
            "words near it 0.90; 50 % of the page's text understood, 25 % of the expected values found",
            "holds       the e-mail holds the name",
            "broken      at most 120 years old at the visit",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        assert!(!text.contains("elsewhere"));
        let json = explain_json(&value, Some(&layout), &account, "accepted from 0.900 on");
        let sums: Vec<f64> =
            json["account"]["features"].as_array().unwrap().iter().map(|f| f["log_odds"].as_f64().unwrap().abs()).collect();
        assert!(sums.len() >= 2 && sums.is_sorted_by(|a, b| a >= b), "{sums:?}\n{text}");
    }
}
