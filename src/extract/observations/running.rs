//! Names followed by their values: in lines, lists and running text.
//!
//! A name and a number that meet by chance are common in prose (`fever to 101.8`, `BP goal 130/80`). What is found is believed only
//! in a chain: several that follow each other closely, or under a heading of vital signs or results, or alone as a label with a colon.

use std::collections::BTreeSet;

use crate::model::{Form, PageLayout};

use super::Draft;
use super::quantity::{Quantity, Range, number_with_comparator};
use super::terms::{LONGEST_NAME, NameHit, Terms};

/// Tokens between the end of one find and the beginning of the next within a chain.
const LINK: usize = 4;

/// A piece of text: a word, or a part of one where the print left no blank (`R12,T`, `98.6F`).
struct Token {
    text: String,
    word: usize,
    /// Begins a segment.
    start: bool,
    /// Last of its segment.
    last: bool,
}

/// What was found at a place of the stream.
enum Kind<'t> {
    /// A heading of vital signs (true) or of results (false); urine if its name says so.
    Heading { vital: bool, urine: bool },
    /// Blood pressure.
    Pressure(Quantity, Quantity),
    /// A vital sign.
    Vital { hit: NameHit<'t>, test: usize, value: Quantity },
    /// A laboratory test.
    Lab { hit: NameHit<'t>, value: Quantity, unit_fits: bool },
}

struct Find<'t> {
    from: usize,
    to: usize,
    /// The name alone, where its word holds the value too.
    label: String,
    name: Vec<usize>,
    value: Vec<usize>,
    unit: Vec<usize>,
    range: Vec<usize>,
    flag: Option<(&'static str, Vec<usize>)>,
    /// The name is long enough to be believed by itself.
    strong: bool,
    /// A colon stands behind the name, or the segment is nothing but this.
    labelled: bool,
    kind: Kind<'t>,
}

/// Reads what stands in lines.
pub(super) fn read<'t>(page: &PageLayout, terms: &'t Terms, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    let tokens = tokens(page, used);
    let finds = finds(&tokens, terms);
    let mut at = 0;
    while at < finds.len() {
        let mut end = at + 1;
        while end < finds.len() && finds[end].from <= finds[end - 1].to + LINK {
            end += 1;
        }
        // A heading in the middle of a chain begins another one.
        if let Some(cut) = (at + 1..end).find(|&k| matches!(finds[k].kind, Kind::Heading { .. })) {
            end = cut;
        }
        chain(page, terms, &finds[at..end], used, drafts);
        at = end;
    }
}

fn chain<'t>(page: &PageLayout, terms: &'t Terms, finds: &[Find<'t>], used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    let heading = finds.first().and_then(|f| match f.kind {
        Kind::Heading { vital, urine } => Some((vital, urine)),
        _ => None,
    });
    let vitals = finds.iter().filter(|f| matches!(f.kind, Kind::Pressure(..) | Kind::Vital { .. })).count();
    let strong_vitals = finds.iter().filter(|f| f.strong && matches!(f.kind, Kind::Pressure(..) | Kind::Vital { .. })).count();
    let sure_labs = finds.iter().filter(|f| matches!(f.kind, Kind::Lab { unit_fits: true, .. })).count();
    let under_vitals = heading.is_some_and(|(vital, _)| vital);
    let under_labs = heading.is_some_and(|(vital, _)| !vital);
    let urine = heading.is_some_and(|(_, urine)| urine);
    for find in finds {
        let (doubt, label) = match &find.kind {
            Kind::Heading { .. } => continue,
            Kind::Pressure(..) | Kind::Vital { .. } if under_vitals => (0.0, 1.0),
            Kind::Pressure(..) | Kind::Vital { .. } if vitals >= 2 && strong_vitals >= 1 => (0.05, 0.9),
            Kind::Pressure(..) | Kind::Vital { .. } if find.strong && find.labelled => (0.2, 0.8),
            Kind::Lab { unit_fits, .. } if under_labs => (if *unit_fits { 0.0 } else { 0.3 }, 1.0),
            Kind::Lab { unit_fits: true, .. } if sure_labs >= 2 => (0.1, 0.9),
            // Among sure results, one whose unit was not understood.
            Kind::Lab { unit_fits: false, .. } if sure_labs >= 2 && find.strong => (0.4, 0.8),
            Kind::Lab { unit_fits: true, .. } if !find.range.is_empty() => (0.2, 0.8),
            Kind::Lab { unit_fits: true, .. } if find.labelled => (0.3, 0.7),
            _ => continue,
        };
        used.extend(find.name.iter().chain(&find.value).chain(&find.unit).chain(&find.range).copied());
        let mut add = |hit: Option<NameHit<'t>>, test: Option<usize>, value: &Quantity, vital: bool, order: f32| {
            let mut draft = Draft::new("observations.running", page, find.name.clone(), hit);
            draft.at.1 += order;
            draft.name.clone_from(&find.label);
            draft.doubt = doubt;
            draft.label = label;
            draft.test = test;
            draft.vital = vital;
            draft.urine = urine;
            draft.value = Some(value.clone());
            draft.value_words = find.value.clone();
            draft.unit_words = find.unit.clone();
            draft.range_words = find.range.clone();
            if let Some((flag, words)) = &find.flag {
                draft.flag = Some(flag);
                draft.flag_words = words.clone();
            }
            drafts.push(draft);
        };
        match &find.kind {
            Kind::Pressure(systolic, diastolic) => {
                add(None, Some(terms.systolic), systolic, true, 0.0);
                add(None, Some(terms.diastolic), diastolic, true, 0.1);
            }
            Kind::Vital { hit, test, value } => add(Some(hit.clone()), Some(*test), value, true, 0.0),
            Kind::Lab { hit, value, .. } => add(Some(hit.clone()), None, value, false, 0.0),
            Kind::Heading { .. } => {}
        }
    }
}

// --------------------------------------------------------------------------------------------------------------- tokens

fn tokens(page: &PageLayout, used: &BTreeSet<usize>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for segment in page.lines.iter().flat_map(|l| &l.segments).map(|&s| &page.segments[s]) {
        let mut start = true;
        for &word in segment.words.iter().filter(|w| !used.contains(w)) {
            for text in pieces(&page.word(word).text) {
                tokens.push(Token { text, word, start, last: false });
                start = false;
            }
        }
        if let Some(token) = tokens.last_mut() {
            token.last = true;
        }
    }
    tokens
}

/// A word cut behind commas and semicolons that no digit follows on both sides, behind colons, and behind the line to write on.
fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut pieces = vec![String::new()];
    for (k, &c) in letters.iter().enumerate() {
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        let digit = |at: Option<usize>| at.and_then(|a| letters.get(a)).is_some_and(char::is_ascii_digit);
        let cut = match c {
            ',' | ';' => !(digit(k.checked_sub(1)) && digit(Some(k + 1))),
            ':' => !digit(k.checked_sub(1)) || !digit(Some(k + 1)),
            '_' => letters.get(k + 1).is_some_and(|next| next.is_alphanumeric()),
            _ => false,
        };
        if cut && k + 1 < letters.len() {
            pieces.push(String::new());
        }
    }
    pieces
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '.' | '(' | ')' | '[' | ']' | '_' | '|' | '"' | '“' | '”'))
}

// ---------------------------------------------------------------------------------------------------------------- finds

fn finds<'t>(tokens: &[Token], terms: &'t Terms) -> Vec<Find<'t>> {
    let mut finds = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match find_at(tokens, at, terms) {
            Some(find) => {
                at = find.to + 1;
                finds.push(find);
            }
            None => at += 1,
        }
    }
    finds
}

fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn words(tokens: &[Token]) -> Vec<usize> {
    let mut words: Vec<usize> = tokens.iter().map(|t| t.word).collect();
    words.dedup();
    words
}

fn find_at<'t>(tokens: &[Token], at: usize, terms: &'t Terms) -> Option<Find<'t>> {
    let most = LONGEST_NAME.min(tokens.len() - at);
    for n in (1..=most).rev() {
        let part = &tokens[at..at + n];
        // A name does not run over the end of a segment, and a colon ends it.
        if part[..n - 1].iter().any(|t| t.last || t.text.ends_with([':', ';'])) {
            continue;
        }
        let text = joined(part);
        let name = trimmed(&text);
        if name.is_empty() || !name.chars().any(char::is_alphabetic) {
            continue;
        }
        if let Some(find) = heading(tokens, at, n, name, terms) {
            return Some(find);
        }
        if let Some(find) = valued(tokens, at, n, name, None, terms) {
            return Some(find);
        }
        // `R12`, `P63`: a short name that runs into its value.
        if n == 1
            && let Some(digit) = name.find(|c: char| c.is_ascii_digit()).filter(|&d| d > 0)
            && let Some(find) = valued(tokens, at, 1, &name[..digit], Some(&name[digit..]), terms)
        {
            return Some(find);
        }
    }
    None
}

fn heading<'t>(tokens: &[Token], at: usize, n: usize, name: &str, terms: &Terms) -> Option<Find<'t>> {
    let last = &tokens[at + n - 1];
    let (vital, urine) = (terms.is_vital_heading(name), terms.is_urine_panel(name));
    if !(vital || urine || terms.is_result_heading(name))
        || !(last.text.ends_with(':') || (tokens[at].start && last.last) || (vital && n > 1))
    {
        return None;
    }
    Some(Find {
        from: at,
        to: at + n - 1,
        label: name.to_owned(),
        name: words(&tokens[at..at + n]),
        value: Vec::new(),
        unit: Vec::new(),
        range: Vec::new(),
        flag: None,
        strong: true,
        labelled: true,
        kind: Kind::Heading { vital, urine },
    })
}

/// A name of `n` tokens with the value behind it, or with the value that runs into it.
fn valued<'t>(tokens: &[Token], at: usize, n: usize, name: &str, glued: Option<&str>, terms: &'t Terms) -> Option<Find<'t>> {
    let is_pressure = terms.is_pressure(name);
    let hit = if is_pressure { None } else { Some(terms.exact(name)?) };
    let colon = tokens[at + n - 1].text.ends_with(':');
    // A sentence that ends with the name has nothing to say of the next one's number, unless a unit shows that the stop is a speck.
    let stopped =
        glued.is_none() && tokens[at + n - 1].text.ends_with(['.', ';', ',']) && !tokens[at + n - 1].last && name.chars().count() > 4;
    if stopped && (!tokens[at + n - 1].text.ends_with('.') || tokens.get(at + n + 1).is_none_or(|t| terms.unit(trimmed(&t.text)).is_none()))
    {
        return None;
    }
    let mut next = at + n;
    let value_text: String = match glued {
        Some(text) => {
            next = at;
            trimmed(text).to_owned()
        }
        None => {
            while tokens.get(next).is_some_and(|t| matches!(t.text.as_str(), ":" | "=" | "-" | "–" | "is" | "was" | "of"))
                && next < at + n + 2
            {
                next += 1;
            }
            trimmed(&tokens.get(next)?.text).to_owned()
        }
    };
    let from = at;
    let mut end = next;
    let unit;
    let mut range = Vec::new();
    let mut flag = None;
    let labelled = colon || (tokens[at].start && tokens[end].last);
    let kind = if is_pressure {
        let (value, rest) = part_suffix(&value_text, |c| c.is_ascii_digit() || c == '/');
        // `128 / 66` in three pieces.
        let value = if value.contains('/') {
            value.to_owned()
        } else {
            let more: String = (1..=2).filter_map(|k| tokens.get(next + k)).map(|t| trimmed(&t.text)).collect();
            let (more, _) = part_suffix(&more, |c| c.is_ascii_digit() || c == '/');
            if !more.starts_with('/') && !value.ends_with('/') {
                return None;
            }
            end = next + if tokens.get(next + 1).is_some_and(|t| t.text.len() > 1) { 1 } else { 2 };
            format!("{value}{more}")
        };
        let (systolic, diastolic) = pressure(&value, terms)?;
        unit = unit_behind(tokens, &mut end, rest, terms).map(|u| u.1).unwrap_or_default();
        Kind::Pressure(systolic, diastolic)
    } else {
        let hit = hit?;
        let vital = hit.tests.iter().copied().find(|&t| terms.test(t).vital);
        let lab = hit.tests.iter().any(|&t| !terms.test(t).vital);
        let (number, rest) = part_suffix(&value_text, |c| c.is_ascii_digit() || matches!(c, '.' | ',' | '<' | '>'));
        match vital {
            Some(test) => {
                let number = number.trim_end_matches(['.', ',']);
                let value = number_with_comparator(number)?;
                // A date, a fraction, a list number: no vital sign.
                if rest.starts_with(['/', ':', '-']) && terms.unit(rest).is_none() {
                    return None;
                }
                // A measure in two parts (5 ft 10 in) is not read.
                let (found, words) = unit_behind(tokens, &mut end, rest, terms).unzip();
                if found.is_none() && rest.chars().any(|c| c.is_alphanumeric() || c == '\'') {
                    return None;
                }
                let test_unit_fits = found.is_none_or(|u| terms.test(test).units.iter().any(|k| k == u));
                if !test_unit_fits {
                    return None;
                }
                // Without a unit, what is no vital sign of anybody is none: `T 3`, `P 1`.
                let (low, high) = terms.test(test).possible?;
                let figure = value.number?;
                if hit.short && (figure < low || figure > high) {
                    return None;
                }
                unit = words.unwrap_or_default();
                Kind::Vital { hit, test, value }
            }
            None if lab => {
                let number = number.trim_end_matches(['.', ',']);
                let read = number_with_comparator(number).filter(|_| !rest.starts_with(['/', ':', '-']));
                let value = match read {
                    Some(value) => value,
                    None => Quantity::read(&value_text, terms).filter(|q| q.word.is_some() && !q.mended)?,
                };
                let mut rest = rest;
                if let Some(code) = terms.flag(rest).filter(|_| value.number.is_some()) {
                    flag = Some((code, vec![tokens[end].word]));
                    rest = "";
                } else if let Some(code) = tokens
                    .get(end + 1)
                    .filter(|_| rest.is_empty())
                    .and_then(|t| terms.flag(&t.text))
                    .filter(|_| !tokens[end].text.ends_with([',', ';', '.']))
                {
                    // `K 5.6 H`: a flag; but the next test's name may be one letter too.
                    if tokens.get(end + 2).is_none_or(|t| number_with_comparator(trimmed(&t.text)).is_none()) {
                        end += 1;
                        flag = Some((code, vec![tokens[end].word]));
                    }
                }
                let (found, words) = unit_behind(tokens, &mut end, rest, terms).unzip();
                let unit_fits = found.is_some_and(|u| hit.tests.iter().any(|&t| terms.test(t).units.iter().any(|k| k == u)));
                if found.is_none() && rest.chars().any(char::is_alphabetic) {
                    return None;
                }
                unit = words.unwrap_or_default();
                range = range_behind(tokens, &mut end, terms);
                Kind::Lab { hit, value, unit_fits }
            }
            None => return None,
        }
    };
    let strong = match &kind {
        Kind::Vital { hit, .. } => !hit.short,
        _ => true,
    };
    let name_words = words(&tokens[at..at + n]);
    let value = words(&tokens[next..=next.max(if is_pressure { end.min(next + 2) } else { next })]);
    let value = if is_pressure { value.into_iter().filter(|w| !unit.contains(w) || value_only(tokens, *w)).collect() } else { value };
    Some(Find { from, to: end, label: name.to_owned(), name: name_words, value, unit, range, flag, strong, labelled, kind })
}

/// Whether a word holds digits: of a pressure in several words only those belong to the value.
fn value_only(tokens: &[Token], word: usize) -> bool {
    tokens.iter().any(|t| t.word == word && t.text.chars().any(|c| c.is_ascii_digit()))
}

/// Splits a text where the first character stands that `of_value` does not take.
fn part_suffix(text: &str, of_value: impl Fn(char) -> bool) -> (&str, &str) {
    let at = text.find(|c: char| !of_value(c)).unwrap_or(text.len());
    text.split_at(at)
}

/// The unit behind a value: what is glued to it, or up to three tokens that follow. Moves `end` to its last token.
fn unit_behind<'t>(tokens: &[Token], end: &mut usize, glued: &str, terms: &'t Terms) -> Option<(&'t str, Vec<usize>)> {
    if !glued.trim().is_empty() {
        return terms.unit(glued).map(|(u, _)| (u, vec![tokens[*end].word]));
    }
    if tokens[*end].text.ends_with([',', ';']) {
        return None;
    }
    for n in (1..=3).rev() {
        let Some(part) = tokens.get(*end + 1..*end + 1 + n) else { continue };
        if part[..n - 1].iter().any(|t| t.text.ends_with([',', ';', ':'])) {
            continue;
        }
        let text = joined(part);
        // `in` and `at` are words as well; a unit of one letter behind a full stop is the next sentence.
        if let Some((unit, _)) = terms.unit(trimmed(&text).trim_matches('_')).or_else(|| terms.unit(&text)) {
            *end += n;
            return Some((unit, words(part)));
        }
    }
    None
}

/// A reference range behind the unit, bare or in brackets, possibly after a word such as `ref`.
fn range_behind(tokens: &[Token], end: &mut usize, terms: &Terms) -> Vec<usize> {
    for n in (1..=4).rev() {
        let Some(part) = tokens.get(*end + 1..*end + 1 + n) else { continue };
        let text = joined(part);
        let bare = text.trim_start_matches(['(', '[']).trim_start_matches("ref").trim_start_matches("range").trim_start_matches([':', ' ']);
        let range = Range::read(bare.trim_end_matches([')', ']', ',', ';', '.']), terms);
        if range.form == Form::Valid && !range.mended && (range.low.is_some() || range.high.is_some()) {
            *end += n;
            return words(part);
        }
    }
    Vec::new()
}

/// A blood pressure: two numbers of the right sizes, the upper above the lower.
pub(super) fn pressure(text: &str, terms: &Terms) -> Option<(Quantity, Quantity)> {
    let (upper, lower) = text.split_once('/')?;
    let (systolic, diastolic) = (number_with_comparator(upper.trim())?, number_with_comparator(lower.trim())?);
    let inside = |q: &Quantity, test: usize| {
        q.number.zip(terms.test(test).possible).is_some_and(|(n, (low, high))| n >= low && n <= high) && q.decimals == 0
    };
    let ordered = systolic.number > diastolic.number;
    (inside(&systolic, terms.systolic) && inside(&diastolic, terms.diastolic) && ordered).then_some((systolic, diastolic))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, told};

    #[test]
    fn results_among_sure_ones_are_not_lost() {
        let got = told(drawn(&[
            &[(20.0, "On discharge WBC 5.8 1043/uL, Creatinine 1.7 mg/dL, Glucose 92 mg/dL,")],
            &[(20.0, "Hemoglobin 13.0 g/db.")],
        ]));
        for want in ["1 value 5.8", "2 value 1.7", "3 value 92", "4 value 13.0"] {
            assert!(got.contains(&want.to_owned()), "{want}: {got:?}");
        }
        let got = told(drawn(&[&[(20.0, "Vital signs: Pulse 75 bpm, Weight. 195 lb")]]));
        assert!(got.contains(&"2 value 195".to_owned()), "{got:?}");
    }

    fn of(text: &str) -> Vec<String> {
        told(drawn(&[&[(10.0, text)]]))
    }

    fn brief(text: &str) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for line in of(text) {
            let mut parts = line.splitn(3, ' ').skip(1);
            let (field, value) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            match field {
                "text" => out.push((value.to_owned(), String::new())),
                "value" | "unit" => {
                    if let Some(last) = out.last_mut() {
                        last.1 = format!("{} {value}", last.1).trim().to_owned();
                    }
                }
                _ => {}
            }
        }
        out
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn vital_signs_in_their_printed_forms() {
        for (text, want) in [
            (
                "VITAL SIGNS: B/P 128/66, P 63, R12,T 98.6, Wt 186",
                &[("B/P", "128"), ("B/P", "66"), ("P", "63"), ("R", "12"), ("T", "98.6"), ("Wt", "186")][..],
            ),
            (
                "Height 65 in Weight 149 pounds BP 118/68 mmHg Pulse 73/min Temperature 98.8 degrees F",
                &[
                    ("Height", "65 [in_i]"),
                    ("Weight", "149 [lb_av]"),
                    ("BP", "118 mm[Hg]"),
                    ("BP", "68 mm[Hg]"),
                    ("Pulse", "73 /min"),
                    ("Temperature", "98.8 [degF]"),
                ][..],
            ),
            (
                "Vital signs: Blood pressure 131/78 mmHg, Heart rate 77 bpm, Resp 17 /min, Temp 99.1 F, SpO2 97%.",
                &[
                    ("Blood pressure", "131 mm[Hg]"),
                    ("Blood pressure", "78 mm[Hg]"),
                    ("Heart rate", "77 /min"),
                    ("Resp", "17 /min"),
                    ("Temp", "99.1 [degF]"),
                    ("SpO2", "97 %"),
                ][..],
            ),
            ("On examination BP 115/84, Pulse 82. Pupils equal", &[("BP", "115"), ("BP", "84"), ("Pulse", "82")][..]),
            ("Temp: 98.6F", &[("Temp", "98.6 [degF]")][..]),
            ("Pulse: 85 bpm__Respirations: 13 per minute", &[("Pulse", "85 /min"), ("Respirations", "13 /min")][..]),
        ] {
            assert_eq!(brief(text), pairs(want), "{text}");
        }
    }

    #[test]
    fn prose_gives_nothing() {
        for text in [
            "The goal is a BP 130/80 at home",
            "She had fever to 101.8 for two days and lost weight 3 times",
            "A transient rise in creatinine to 1.8 resolved with fluids",
            "Seen on 06/23/1968 at age 72, P 1 of 2",
            "Vitamin D 1000 units daily, Iron 325 mg daily, Calcium 600 mg twice daily",
            "Grade 1/6 murmur, strength 5/5, pulse regular",
        ] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn results_in_running_text() {
        assert_eq!(
            brief("LABORATORY DATA: WBC 8.1 10*3/uL, BUN 15 mg/dL, Sodium 139 mmol/L, Platelets 501 10*3/uL"),
            pairs(&[("WBC", "8.1 10*3/uL"), ("BUN", "15 mg/dL"), ("Sodium", "139 mmol/L"), ("Platelets", "501 10*3/uL")])
        );
        assert_eq!(brief("Labs: Na 140, K 4.1, Cl 104"), pairs(&[("Na", "140"), ("K", "4.1"), ("Cl", "104")]));
        let row = of("Potassium 5.6 H mmol/L 3.5-5.1");
        assert!(row.contains(&"1 interpretation H".to_owned()) && row.contains(&"1 referenceRange 3.5-5.1".to_owned()), "{row:?}");
    }
}
