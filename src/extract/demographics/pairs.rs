//! Labels to values: which words answer which label, and what they say.
//!
//! Every label looks for its value behind it in the same segment, in the next segment, under it within its column, and, for lines
//! to sign on, above it. Each place has a cost; the cheapest readable pair is taken first, and neither its label nor its words are
//! used again. A place that begins with another label is no place: an empty blank stays empty.

use super::facts::{Fact, Facts, NameFact, date_kind};
use super::labels::{Hit, Owner, What};
use super::names::{self, People, Person};
use super::sheet::{Piece, Sheet, Token};
use super::text::fold;
use super::values::{self, Value};
use crate::extract::dates;
use crate::model::{Field, Form, Rect};

/// How far under its label a value may stand, in units from middle to middle.
const REACH_DOWN: f32 = 4.6;
/// How far above its label a signed line may stand.
const REACH_UP: f32 = 5.5;
/// A value farther right than this many units is not beside its label.
const REACH_RIGHT: f32 = 45.0;

/// A run of tokens that may be a value.
#[derive(Clone, Debug)]
struct Zone {
    tokens: Vec<Token>,
    /// Lines under it that may continue it.
    more: Vec<Vec<Token>>,
    cost: f32,
    rule: &'static str,
}

/// What a run of tokens says.
#[derive(Clone, Debug)]
struct Reading {
    what: What,
    value: Value,
    words: Vec<usize>,
    doubt: f32,
    person: Option<Person>,
}

/// A cost, the label as piece and hit, where its value may stand, what stands there.
type Offer = (f32, (usize, usize), Zone, Vec<Reading>);

/// Finds the pairs of one page.
pub(crate) fn read(sheet: &Sheet<'_>, page: usize, people: &People, no_payor: &[String], latest: i16, facts: &mut Facts) {
    let finder = Finder { sheet, people, no_payor, latest };
    let mut offers: Vec<Offer> = Vec::new();
    let mut refused: Vec<((usize, usize), Zone)> = Vec::new();
    for (p, piece) in sheet.pieces.iter().enumerate() {
        for (h, hit) in piece.hits.iter().enumerate() {
            if matches!(hit.what, What::Other) {
                continue;
            }
            for zone in finder.zones(p, h) {
                let readings = finder.interpret(hit, &zone);
                if readings.is_empty() {
                    refused.push(((p, h), zone));
                } else {
                    let free = readings.iter().any(|r| r.value.form == Form::Free);
                    offers.push((zone.cost + if free { 0.15 } else { 0.0 } + (1.0 - hit.similarity), (p, h), zone, readings));
                }
            }
        }
    }
    offers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut answered: Vec<(usize, usize)> = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    for (_, label, zone, readings) in offers {
        let taken = readings.iter().flat_map(|r| &r.words).any(|w| used.contains(w) && !zone_shares(&zone, *w));
        if answered.contains(&label) || taken {
            continue;
        }
        answered.push(label);
        used.extend(readings.iter().flat_map(|r| r.words.iter().copied()));
        finder.record(label, &zone, readings, page, facts);
    }
    for (label, zone) in refused {
        let garbage = zone.tokens.iter().map(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count()).sum::<usize>() >= 3;
        if garbage
            && zone.cost < 0.9
            && !answered.contains(&label)
            && !zone.tokens.iter().any(|t| used.contains(&t.word))
            && let Some(field) = finder.field_of(label)
        {
            facts.unread.push((field, page));
        }
    }
}

/// One word may hold a label and its value; it is not used up by either.
fn zone_shares(zone: &Zone, word: usize) -> bool {
    zone.rule == "demographics.inline" && zone.tokens.iter().filter(|t| t.word == word).count() > 0 && zone.tokens.len() == 1
}

struct Finder<'a, 'p> {
    sheet: &'a Sheet<'p>,
    people: &'a People,
    no_payor: &'a [String],
    latest: i16,
}

impl Finder<'_, '_> {
    fn hit(&self, (p, h): (usize, usize)) -> &Hit {
        &self.sheet.pieces[p].hits[h]
    }

    fn label_rect(&self, (p, h): (usize, usize)) -> Rect {
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        Rect::hull(piece.tokens[hit.from..hit.to].iter().map(|t| &t.rect)).unwrap_or(piece.rect)
    }

    /// Where the value of a label may stand, cheapest first.
    fn zones(&self, p: usize, h: usize) -> Vec<Zone> {
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        let unit = self.sheet.page.unit;
        let (from, to) = piece.behind(h);
        let inline: Vec<Token> = piece.tokens[from..to].to_vec();
        let said = |tokens: &[Token]| tokens.iter().any(|t| t.text.chars().any(char::is_alphanumeric));
        let mut zones = Vec::new();
        let line = self.sheet.of_line(piece.line);
        let place = line.iter().position(|&s| s == p).unwrap_or(0);
        let choices = matches!(hit.what, What::Gender | What::Marital | What::Language);
        if said(&inline) {
            let mut tokens = inline;
            if h + 1 == piece.hits.len() {
                // What a wide gap cut off: `Name  Foster, Lisa   K.` and rows of choices.
                for &next in line.iter().skip(place + 1) {
                    let other = &self.sheet.pieces[next];
                    if !choices || other.led() || !self.same_box(piece, other) {
                        break;
                    }
                    tokens.extend(self.until_label(other));
                }
            }
            let more = self.lines_under(&tokens, p);
            zones.push(Zone { tokens, more, cost: 0.0, rule: "demographics.inline" });
            return zones;
        }
        let label = self.label_rect((p, h));
        if h + 1 == piece.hits.len() {
            let mut tokens: Vec<Token> = Vec::new();
            let mut gap = 0.0;
            for &next in line.iter().skip(place + 1) {
                let other = &self.sheet.pieces[next];
                if other.led() || other.heading.is_some() || !self.same_box(piece, other) {
                    break;
                }
                let own = self.until_label(other);
                if tokens.is_empty() {
                    gap = (other.rect.x - label.right()) / unit;
                }
                tokens.extend(own);
                let cut = hit.what == What::Name && tokens.last().is_some_and(|t| t.text.ends_with(','));
                if (said(&tokens) && !choices && !cut) || !other.hits.is_empty() {
                    break;
                }
            }
            if said(&tokens) && gap < REACH_RIGHT {
                let more = self.lines_under(&tokens, p);
                zones.push(Zone { tokens, more, cost: 0.25 + gap / 150.0, rule: "demographics.right" });
            }
        }
        if let Some(zone) = self.below(p, h, &label) {
            zones.push(zone);
        }
        if hit.under
            && let Some(zone) = self.above(p, &label)
        {
            zones.push(zone);
        }
        zones
    }

    fn same_box(&self, a: &Piece, b: &Piece) -> bool {
        // A value in the next box is still the value where the label's own box holds nothing else.
        a.cell.is_none() || b.cell.is_none() || a.cell == b.cell || !self.sheet.pieces.iter().any(|p| p.cell == a.cell && p.line > a.line)
    }

    fn until_label(&self, piece: &Piece) -> Vec<Token> {
        let end = piece.hits.first().map_or(piece.tokens.len(), |h| h.from);
        piece.tokens[..end].to_vec()
    }

    /// Lines that stand directly under a value and begin where it begins: the rest of an address.
    fn lines_under(&self, tokens: &[Token], p: usize) -> Vec<Vec<Token>> {
        let unit = self.sheet.page.unit;
        let Some(rect) = Rect::hull(tokens.iter().map(|t| &t.rect)) else { return Vec::new() };
        let line = self.sheet.pieces[p].line;
        let mut out = Vec::new();
        let mut bottom = rect.center_y();
        for l in line + 1..(line + 4).min(self.sheet.page.lines.len()) {
            for &s in self.sheet.of_line(l) {
                let piece = &self.sheet.pieces[s];
                if (piece.rect.x - rect.x).abs() < 2.0 * unit
                    && !piece.led()
                    && piece.heading.is_none()
                    && piece.rect.center_y() - bottom < 3.2 * unit
                {
                    bottom = piece.rect.center_y();
                    out.push(self.until_label(piece));
                }
            }
        }
        out.truncate(2);
        out
    }

    /// The column under a label: from a little left of it to the next label on its line.
    fn below(&self, p: usize, h: usize, label: &Rect) -> Option<Zone> {
        let unit = self.sheet.page.unit;
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        let cell = piece.cell.map(|c| self.sheet.page.cells[c].rect);
        let mut right = cell.map_or(f32::MAX, |c| c.right());
        for &s in self.sheet.of_line(piece.line) {
            for (k, _) in self.sheet.pieces[s].hits.iter().enumerate() {
                let other = self.label_rect((s, k));
                if other.x > label.x + 0.5 * unit {
                    right = right.min(other.x - 0.4 * unit);
                }
            }
        }
        let left = cell.map_or(label.x - 2.0 * unit, |c| c.x - 0.3 * unit).max(label.x - if h > 0 { 0.8 * unit } else { 6.0 * unit });
        for l in piece.line + 1..self.sheet.page.lines.len() {
            let drop = (self.sheet.page.lines[l].rect.center_y() - label.center_y()) / unit;
            if drop < 0.7 {
                continue;
            }
            if drop > if cell.is_some() { 2.0 * REACH_DOWN } else { REACH_DOWN } {
                break;
            }
            let mut tokens: Vec<Token> = Vec::new();
            let mut more = Vec::new();
            for &s in self.sheet.of_line(l) {
                let other = &self.sheet.pieces[s];
                if cell.is_some() && other.cell.is_some() && other.cell != piece.cell {
                    continue;
                }
                let inside: Vec<Token> =
                    other.tokens.iter().filter(|t| t.rect.center_x() >= left && t.rect.center_x() <= right).cloned().collect();
                if inside.is_empty() {
                    continue;
                }
                let labels_there =
                    other.hits.iter().any(|k| other.tokens[k.from..k.to].iter().any(|t| inside.iter().any(|i| i.word == t.word)));
                if labels_there || other.heading.is_some() {
                    return None;
                }
                // A free line that only passes under the label is no answer to it.
                if cell.is_none()
                    && other.rect.x < left - 4.0 * unit
                    && other.tokens.len() > inside.len()
                    && inside.len() < 3
                    && self.sheet.of_line(piece.line).len() < 2
                {
                    return None;
                }
                more = self.lines_under(&inside, s);
                tokens.extend(inside);
            }
            if tokens.iter().any(|t| t.text.chars().any(char::is_alphanumeric)) {
                let aside = (tokens[0].rect.x - label.x).abs() / unit;
                // A label with a colon has its value beside it; one that stands alone over a far value is no head.
                let cost = 0.3 + 0.05 * drop + 0.02 * aside.min(20.0) + if hit.colon && cell.is_none() { 0.6 } else { 0.0 };
                return Some(Zone { tokens, more, cost, rule: "demographics.below" });
            }
        }
        None
    }

    fn above(&self, p: usize, label: &Rect) -> Option<Zone> {
        let unit = self.sheet.page.unit;
        let line = self.sheet.pieces[p].line;
        for l in (0..line).rev() {
            let rise = (label.center_y() - self.sheet.page.lines[l].rect.center_y()) / unit;
            if rise > REACH_UP {
                break;
            }
            if rise < 0.7 {
                continue;
            }
            for &s in self.sheet.of_line(l) {
                let other = &self.sheet.pieces[s];
                if other.rect.overlap_x(label) <= 0.0 || other.heading.is_some() {
                    continue;
                }
                if !other.hits.is_empty() {
                    return None;
                }
                if other.tokens.iter().any(|t| t.text.chars().any(char::is_alphanumeric)) {
                    return Some(Zone {
                        tokens: other.tokens.clone(),
                        more: Vec::new(),
                        cost: 0.9 + 0.05 * rise,
                        rule: "demographics.above",
                    });
                }
            }
        }
        None
    }

    fn interpret(&self, hit: &Hit, zone: &Zone) -> Vec<Reading> {
        let tokens = &zone.tokens;
        let text = |n: std::ops::Range<usize>| tokens[n].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
        let words = |n: std::ops::Range<usize>| tokens[n].iter().map(|t| t.word).collect::<Vec<_>>();
        let all = 0..tokens.len();
        let one = |what: What, value: Value, n: std::ops::Range<usize>, doubt: f32| {
            vec![Reading { what, value, words: words(n), doubt, person: None }]
        };
        // The longest run from the first token that reads; what is left over raises a doubt.
        let prefix = |longest: usize, read: &dyn Fn(&str) -> Option<Value>| -> Vec<Reading> {
            let start = tokens.iter().position(|t| t.text.chars().any(char::is_alphanumeric)).unwrap_or(0);
            for end in (start + 1..=tokens.len().min(start + longest)).rev() {
                if let Some(value) = read(&text(start..end)) {
                    let rest = tokens[end..].iter().filter(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count() > 1).count();
                    return one(hit.what, value, start..end, if rest > 0 { 0.1 } else { 0.0 });
                }
            }
            Vec::new()
        };
        match hit.what {
            What::Name | What::Provider | What::Signature => self.person(hit, tokens),
            What::Family | What::Given | What::Middle => {
                let part: String = text(all.clone());
                match name_part(&part, hit.what, self.people) {
                    Some((value, doubt)) => one(hit.what, value, all, doubt),
                    None => Vec::new(),
                }
            }
            What::Birth => self.date(What::Birth, tokens),
            What::BirthGender => {
                let mut out = self.date(What::Birth, tokens);
                out.extend(self.gender_among(tokens));
                out
            }
            What::AgeGender => self.gender_among(tokens).into_iter().collect(),
            What::Gender => self.choice(tokens, hit.what),
            What::Marital => self.choice(tokens, hit.what),
            What::Language => self.choice(tokens, hit.what),
            What::Mrn | What::FilmNo => prefix(4, &|t| values::identifier(t, 3)),
            What::MemberId => prefix(4, &|t| values::identifier(t, 4)),
            What::Group => prefix(3, &|t| values::identifier(t, 2)),
            What::Ssn => prefix(5, &values::ssn),
            What::Npi => prefix(3, &values::npi),
            What::Email => prefix(4, &values::email),
            What::Phone | What::HomePhone | What::CellPhone => match values::phone(&text(all.clone())) {
                Some((value, range)) => {
                    let mut at = 0;
                    let mut own = Vec::new();
                    for token in tokens {
                        if at < range.end && at + token.text.len() > range.start {
                            own.push(token.word);
                        }
                        at += token.text.len() + 1;
                    }
                    vec![Reading { what: hit.what, value, words: own, doubt: 0.0, person: None }]
                }
                None => Vec::new(),
            },
            What::Address | What::Street | What::CityStateZip => self.address(hit.what, zone),
            What::City => {
                let t = text(all.clone());
                let t = t.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
                if values::is_city(t) && fold(t).len() <= 24 {
                    one(What::City, Value { text: names::title_case(t), form: Form::Valid, mended: false }, all, 0.0)
                } else {
                    self.address(What::CityStateZip, zone)
                }
            }
            What::State => prefix(2, &|t| values::state(t, self.people)),
            What::Zip => prefix(2, &values::zip),
            What::Relationship => {
                let t = text(all.clone());
                match values::relationship(&t, self.people) {
                    Some(value) => {
                        let doubt = if value.form == Form::Free { 0.3 } else { 0.0 };
                        one(hit.what, value, all, doubt)
                    }
                    None => prefix(2, &|t| values::relationship(t, self.people).filter(|v| v.form == Form::Checked)),
                }
            }
            What::Payor | What::PayorInSection => {
                let t = text(all.clone());
                let t = t.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')'));
                let letters = t.chars().filter(|c| c.is_alphabetic()).count();
                let digits = t.chars().filter(char::is_ascii_digit).count();
                if letters < 3
                    || values::ruled(t)
                    || t.ends_with('.') && tokens.len() > 3
                    || digits > 3
                    || self.no_payor.iter().any(|w| fold(w) == fold(t))
                    || tokens.len() > 8
                {
                    return Vec::new();
                }
                one(What::Payor, Value { text: names::title_case(t), form: Form::Free, mended: false }, all, 0.05)
            }
            What::Organization => Vec::new(),
            What::OtherDate | What::Other | What::StreetMore => Vec::new(),
            what => self.date(what, tokens),
        }
    }

    fn date(&self, what: What, tokens: &[Token]) -> Vec<Reading> {
        let texts: Vec<&str> = tokens.iter().map(|t| t.text.as_str()).collect();
        let found = dates::find_until(&texts, self.latest);
        let whole = texts.join(" ");
        let read = match found.first() {
            Some(first) => {
                let before = texts[..first.words.start].iter().filter(|t| t.chars().filter(|c| c.is_alphanumeric()).count() > 1).count();
                // A date deep in other words is not what the label asks for.
                if before > 2 {
                    return Vec::new();
                }
                Some((first.read, first.words.clone(), if before > 0 { 0.3 } else { 0.0 }))
            }
            None => dates::parse_until(&whole, self.latest).map(|read| (read, 0..texts.len(), 0.1)),
        };
        let Some((read, range, doubt)) = read.filter(|(r, _, _)| r.date.is_full()) else { return Vec::new() };
        let form = if read.short_year { Form::Free } else { Form::Valid };
        let value = Value { text: read.date.to_string(), form, mended: read.mended };
        vec![Reading { what, value, words: tokens[range].iter().map(|t| t.word).collect(), doubt, person: None }]
    }

    fn gender_among(&self, tokens: &[Token]) -> Option<Reading> {
        tokens.iter().rev().find_map(|token| {
            let part = token.text.rsplit('/').next().unwrap_or(&token.text);
            let code = values::choice(part, &self.people.gender)?;
            let value = Value { text: code.to_owned(), form: Form::Checked, mended: false };
            Some(Reading { what: What::Gender, value, words: vec![token.word], doubt: 0.0, person: None })
        })
    }

    /// One of a closed set: a single word, or the ticked one of several.
    fn choice(&self, tokens: &[Token], what: What) -> Vec<Reading> {
        let table = match what {
            What::Gender => &self.people.gender,
            What::Marital => &self.people.marital,
            _ => &self.people.language,
        };
        struct Option_<'t> {
            code: &'t str,
            token: &'t Token,
            ticked: Option<bool>,
            marked: bool,
            circled: bool,
        }
        let mut options: Vec<Option_<'_>> = Vec::new();
        let mut others = 0;
        for (k, token) in tokens.iter().enumerate() {
            let boxed = self.sheet.ticked(token);
            let inner = token.text.trim_matches(|c: char| !c.is_alphanumeric());
            let pair = tokens.get(k + 1).map(|n| format!("{inner} {}", n.text));
            let stripped = || -> Option<&str> {
                let letters: Vec<usize> = inner.char_indices().map(|(i, _)| i).collect();
                let most = if boxed.is_some() { 3 } else { 2 };
                let rest =
                    |n: usize| letters.get(n).map(|&i| &inner[i..]).filter(|r| r.len() >= 4 || (boxed.is_some() && letters.len() <= 3));
                (1..=most).find_map(|n| rest(n).and_then(|r| values::choice(r, table)))
            };
            let code = pair
                .as_deref()
                .filter(|_| what != What::Gender)
                .and_then(|p| values::choice(p, table))
                .or_else(|| values::choice(inner, table))
                .or_else(stripped);
            // `Male/Female` in one word.
            let halves: Vec<&str> = inner.split('/').filter(|h| !h.is_empty()).collect();
            let Some(code) = code else {
                if halves.len() > 1 && halves.iter().all(|h| values::choice(h, table).is_some()) {
                    return Vec::new();
                }
                others += usize::from(inner.chars().filter(|c| c.is_alphabetic()).count() > 1);
                continue;
            };
            let before = k.checked_sub(1).map(|b| tokens[b].text.as_str()).unwrap_or_default();
            let circled = token.text.starts_with('(') && token.text.trim_end_matches(['/', ',', '.']).ends_with(')');
            options.push(Option_ { code, token, ticked: boxed.map(|b| b.0), marked: is_mark(before), circled });
        }
        let take = |o: &Option_<'_>, doubt: f32| {
            vec![Reading {
                what,
                value: Value { text: o.code.to_owned(), form: Form::Checked, mended: false },
                words: vec![o.token.word],
                doubt,
                person: None,
            }]
        };
        let only = |pick: &dyn Fn(&Option_<'_>) -> bool| -> Option<usize> {
            let mut hits = options.iter().enumerate().filter(|(_, o)| pick(o)).map(|(k, _)| k);
            let first = hits.next()?;
            hits.next().is_none().then_some(first)
        };
        let boxes = options.iter().filter(|o| o.ticked.is_some()).count();
        match options.len() {
            0 => Vec::new(),
            _ if boxes >= 2 || (boxes == 1 && options.len() == 1) => match only(&|o| o.ticked == Some(true)) {
                // Where a choice has lost its box the tick may have been its.
                Some(k) => take(&options[k], if boxes == options.len() { 0.05 } else { 0.3 }),
                None => Vec::new(),
            },
            // What stands beside it may be the other choice, circled and so not read.
            1 => take(&options[0], if others > 0 { 0.6 } else { 0.0 }),
            _ => match only(&|o| o.marked).or_else(|| only(&|o| o.ticked == Some(true))) {
                Some(k) => take(&options[k], 0.5),
                None => only(&|o| o.circled).map(|k| take(&options[k], 0.7)).unwrap_or_default(),
            },
        }
    }

    fn person(&self, hit: &Hit, tokens: &[Token]) -> Vec<Reading> {
        let start = tokens.iter().position(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 1).unwrap_or(0);
        let longest = tokens.len().min(start + 9);
        for end in (start + 1..=longest).rev() {
            let text = tokens[start..end].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
            let Some(person) = names::parse(&text, self.people) else { continue };
            let provider = hit.what != What::Name || hit.owner.is_some_and(Owner::is_provider);
            // One word is a whole name only for a physician with a title.
            if person.given.is_empty() && !(provider && (person.title || end == tokens.len())) {
                continue;
            }
            let rest: Vec<&Token> = tokens[end..].iter().filter(|t| t.text.chars().any(char::is_alphanumeric)).collect();
            let scrap = rest.first().is_some_and(|t| t.text.chars().next().is_some_and(|c| c.is_alphabetic()));
            let mut doubt = if scrap { 0.3 } else { 0.0 };
            if person.given.is_empty() {
                doubt += 0.5;
            }
            let value = Value { text: person.printed.clone(), form: Form::Valid, mended: person.mended };
            let words = tokens[start..end].iter().filter(|t| t.text.chars().any(char::is_alphanumeric)).map(|t| t.word).collect();
            let mut out = vec![Reading { what: hit.what, value, words, doubt, person: Some(person) }];
            // `Ann May (406) 555-0175`; `… on 07/16/2017 at 3:54 PM`.
            let left: Vec<Token> = tokens[end..].to_vec();
            let left_text = left.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
            if let Some((value, _)) = values::phone(&left_text) {
                let words = left.iter().filter(|t| t.text.chars().any(|c| c.is_ascii_digit())).map(|t| t.word).collect();
                out.push(Reading { what: What::Phone, value, words, doubt: 0.1, person: None });
            } else if let Some(date) = self.date(What::SignedDate, &left).pop().filter(|_| hit.what == What::Provider) {
                out.push(date);
            }
            return out;
        }
        Vec::new()
    }

    fn address(&self, what: What, zone: &Zone) -> Vec<Reading> {
        let join = |tokens: &[Token]| tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
        let first = join(&zone.tokens);
        let mut lines = vec![first];
        let mut tokens: Vec<Token> = zone.tokens.clone();
        let mut parsed = values::address(&lines, self.people);
        if what != What::CityStateZip {
            for more in &zone.more {
                if parsed.as_ref().is_some_and(|a| a.zip.is_some()) {
                    break;
                }
                lines.push(join(more));
                tokens.extend(more.iter().cloned());
                if let Some(longer) = values::address(&lines, self.people).filter(|a| a.zip.is_some()) {
                    parsed = Some(longer);
                }
            }
        }
        let Some(address) = parsed else { return Vec::new() };
        let mut out = Vec::new();
        for (what, value) in
            [(What::Street, address.line), (What::City, address.city), (What::State, address.state), (What::Zip, address.zip)]
        {
            if let Some(value) = value {
                let own = words_of(&value.text, &tokens);
                out.push(Reading { what, value, words: own, doubt: 0.0, person: None });
            }
        }
        out
    }

    /// Whose value a label asks for, and how unsure that is.
    fn owner(&self, (p, h): (usize, usize)) -> (Owner, f32) {
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        let insured = matches!(hit.what, What::Payor | What::PayorInSection | What::MemberId | What::Group);
        if insured {
            return self.plan((p, h));
        }
        if let Some(owner) = hit.owner {
            return (owner, 0.0);
        }
        let telephone = matches!(hit.what, What::Phone | What::HomePhone | What::CellPhone);
        let personal = telephone
            || matches!(
                hit.what,
                What::Name
                    | What::Birth
                    | What::Gender
                    | What::Ssn
                    | What::Relationship
                    | What::Address
                    | What::Street
                    | What::Npi
                    | What::Email
            );
        if personal {
            // The person named before on the same line.
            let mut before = piece.hits[..h].iter().rev().collect::<Vec<_>>();
            let line = self.sheet.of_line(piece.line);
            let place = line.iter().position(|&s| s == p).unwrap_or(0);
            before.extend(line[..place].iter().rev().flat_map(|&s| self.sheet.pieces[s].hits.iter().rev()));
            for other in before {
                if !matches!(other.what, What::Name | What::Provider | What::Birth) {
                    continue;
                }
                if let Some(owner) = other.owner
                    && (!owner.is_provider() || telephone || hit.what == What::Npi)
                {
                    return (owner, if owner == Owner::Patient { 0.0 } else { 0.1 });
                }
                break;
            }
        }
        let rect = self.label_rect((p, h));
        match self.sheet.section(&rect) {
            Some(Owner::Insurance) if personal => (Owner::Subscriber, 0.1),
            Some(owner) => (owner, if owner == Owner::Patient { 0.0 } else { 0.1 }),
            None => {
                if (hit.what == What::Relationship || telephone)
                    && let Some(owner) = self.named_above(&rect)
                {
                    return (owner, 0.2);
                }
                (Owner::Patient, 0.0)
            }
        }
    }

    /// The person whose label stands on one of the three lines above, if it is not the patient.
    fn named_above(&self, rect: &Rect) -> Option<Owner> {
        let unit = self.sheet.page.unit;
        let mut best: Option<(f32, Owner)> = None;
        for piece in &self.sheet.pieces {
            let rise = rect.center_y() - piece.rect.center_y();
            if rise <= 0.5 * unit || rise > 6.0 * unit {
                continue;
            }
            for owner in piece.hits.iter().filter(|h| h.what == What::Name).filter_map(|h| h.owner) {
                if best.is_none_or(|(r, _)| rise < r) {
                    best = Some((rise, owner));
                }
            }
        }
        best.map(|(_, owner)| owner).filter(|o| *o == Owner::Emergency)
    }

    /// Which plan: the nearest label of a plan before it on its line, else above it in its column, else the section.
    fn plan(&self, (p, h): (usize, usize)) -> (Owner, f32) {
        let hit = self.hit((p, h));
        if let Some(owner) = hit.owner {
            return (owner, 0.0);
        }
        let rect = self.label_rect((p, h));
        let unit = self.sheet.page.unit;
        let mut best: Option<(f32, f32, Owner)> = None;
        for (s, piece) in self.sheet.pieces.iter().enumerate() {
            for (k, other) in piece.hits.iter().enumerate() {
                if other.what != What::Payor || (s, k) == (p, h) {
                    continue;
                }
                let place = self.label_rect((s, k));
                let rise = ((rect.center_y() - place.center_y()) / unit).max(0.0);
                let same_line = (rect.center_y() - place.center_y()).abs() < 0.8 * unit;
                if (place.center_y() > rect.center_y() + 0.8 * unit) || place.x > rect.x + 2.0 * unit {
                    continue;
                }
                let rise = if same_line { 0.0 } else { rise };
                let aside = (rect.x - place.x) / unit;
                if best.is_none_or(|(r, a, _)| (rise, aside) < (r, a) || (rise - r).abs() < 0.8 && aside < a) {
                    best = Some((rise, aside, other.owner.unwrap_or(Owner::Insurance)));
                }
            }
        }
        let section = self.sheet.section(&rect);
        if hit.what == What::PayorInSection && section != Some(Owner::Insurance) {
            return (Owner::Other, 0.0);
        }
        if section == Some(Owner::Secondary) {
            return (Owner::Secondary, 0.0);
        }
        match best {
            Some((_, _, owner)) if hit.what != What::Payor => (owner, 0.0),
            _ => (Owner::Insurance, 0.0),
        }
    }

    /// The field that a label of the patient, the contact or the plan stands for.
    fn field_of(&self, label: (usize, usize)) -> Option<Field> {
        let (owner, doubt) = self.owner(label);
        if doubt > 0.15 {
            return None;
        }
        let hit = self.hit(label);
        Some(match (hit.what, owner) {
            (What::Name | What::Family, Owner::Patient) => Field::Family,
            (What::Given, Owner::Patient) => Field::Given,
            (What::Birth | What::BirthGender, Owner::Patient) => Field::BirthDate,
            (What::Gender | What::AgeGender, Owner::Patient) => Field::Gender,
            (What::Mrn, _) => Field::Mrn,
            (What::Ssn, Owner::Patient) => Field::Ssn,
            (What::HomePhone | What::Phone, Owner::Patient) if !self.of_house(label) => Field::Phone,
            (What::Email, Owner::Patient) => Field::Email,
            (What::Address | What::Street, Owner::Patient) => Field::AddressLine,
            (What::City, Owner::Patient) => Field::City,
            (What::State, Owner::Patient) => Field::State,
            (What::Zip, Owner::Patient) => Field::PostalCode,
            (What::Marital, Owner::Patient) => Field::MaritalStatus,
            (What::Language, Owner::Patient) => Field::Language,
            (What::Name, Owner::Emergency) => Field::ContactName,
            (What::Relationship, Owner::Emergency) => Field::ContactRelationship,
            (What::Phone | What::HomePhone, Owner::Emergency) => Field::ContactTelecom,
            (What::Payor, Owner::Insurance) => Field::Payor,
            (What::MemberId, Owner::Insurance) => Field::SubscriberId,
            (What::Group, Owner::Insurance) => Field::GroupNumber,
            (What::Npi, _) => Field::Npi,
            (What::AdmitDate | What::VisitDate, _) => Field::EncounterStart,
            (What::DischargeDate, _) => Field::EncounterEnd,
            _ => return None,
        })
    }

    /// A telephone of the house: with a fax number beside it, or above everything that is said of the patient.
    fn of_house(&self, label: (usize, usize)) -> bool {
        let hit = self.hit(label);
        if hit.what != What::Phone {
            return false;
        }
        let rect = self.label_rect(label);
        let unit = self.sheet.page.unit;
        let first = self
            .sheet
            .pieces
            .iter()
            .flat_map(|p| p.hits.iter().filter(|h| matches!(h.what, What::Name | What::Family | What::Birth | What::Mrn)).map(|_| p.rect.y))
            .fold(f32::MAX, f32::min);
        if rect.center_y() < first && rect.center_y() < 0.25 * self.sheet.page.reading.height as f32 {
            return true;
        }
        self.sheet.pieces.iter().any(|p| {
            (p.rect.center_y() - rect.center_y()).abs() < 4.0 * unit
                && p.tokens
                    .iter()
                    .any(|t| matches!(fold(&t.text).as_str(), "fax" | "facsimile" | "telefax") && (t.rect.x - rect.x).abs() < 30.0 * unit)
        })
    }

    fn record(&self, label: (usize, usize), zone: &Zone, readings: Vec<Reading>, page: usize, facts: &mut Facts) {
        let hit = self.hit(label);
        let (owner, unsure) = self.owner(label);
        let rule = zone.rule;
        // Under a label with a colon, or above a line, the position says less.
        let weak = if zone.cost >= 0.9 {
            0.25
        } else if zone.cost > 0.55 {
            0.1
        } else {
            0.0
        };
        for reading in readings {
            let doubt = (reading.doubt + unsure + weak + if hit.similarity < 0.9 { 0.1 } else { 0.0 }).min(1.0);
            let doubt = if hit.what == What::FilmNo { doubt.max(0.4) } else { doubt };
            let fact = |field: Field, rank: u8| Fact {
                field,
                value: reading.value.clone(),
                page,
                words: reading.words.clone(),
                rule,
                label: hit.similarity,
                doubt,
                rank,
            };
            let field_of = |owner: Owner| -> Option<(Field, u8)> {
                Some(match (reading.what, owner) {
                    (What::Birth, Owner::Patient) => (Field::BirthDate, 0),
                    (What::Gender, Owner::Patient) => (Field::Gender, 0),
                    (What::Mrn, _) => (Field::Mrn, 0),
                    (What::FilmNo, _) => (Field::Mrn, 1),
                    (What::Ssn, Owner::Patient) => (Field::Ssn, 0),
                    (What::HomePhone, Owner::Patient) => (Field::Phone, 0),
                    (What::Phone, Owner::Patient) if !self.of_house(label) => (Field::Phone, 1),
                    (What::CellPhone, Owner::Patient) => (Field::Phone, 2),
                    (What::Email, Owner::Patient) => (Field::Email, 0),
                    (What::Street, Owner::Patient) => (Field::AddressLine, 0),
                    (What::City, Owner::Patient) => (Field::City, 0),
                    (What::State, Owner::Patient) => (Field::State, 0),
                    (What::Zip, Owner::Patient) => (Field::PostalCode, 0),
                    (What::Marital, Owner::Patient) => (Field::MaritalStatus, 0),
                    (What::Language, Owner::Patient) => (Field::Language, 0),
                    (What::Name, Owner::Emergency) => (Field::ContactName, 0),
                    (What::Relationship, Owner::Emergency) => (Field::ContactRelationship, 0),
                    (What::HomePhone, Owner::Emergency) => (Field::ContactTelecom, 0),
                    (What::Phone, Owner::Emergency) => (Field::ContactTelecom, 1),
                    (What::CellPhone, Owner::Emergency) => (Field::ContactTelecom, 2),
                    (What::Payor, Owner::Insurance) => (Field::Payor, 0),
                    (What::MemberId, Owner::Insurance) => (Field::SubscriberId, 0),
                    (What::Group, Owner::Insurance) => (Field::GroupNumber, 0),
                    (What::Npi, _) => (Field::Npi, if matches!(owner, Owner::OtherProvider) { 2 } else { 0 }),
                    (What::DischargeDate, _) => (Field::EncounterEnd, 0),
                    _ => return None,
                })
            };
            if let Some((field, rank)) = field_of(owner) {
                facts.plain.push(fact(field, rank));
            }
            if let Some(kind) = date_kind(reading.what) {
                // Dates of a former stay, or of somebody's work, do not date the paper.
                let foreign = hit.what == What::Date
                    && matches!(
                        self.sheet.section(&self.label_rect(label)),
                        Some(Owner::Secondary | Owner::Spouse | Owner::Parent | Owner::Guarantor | Owner::Subscriber | Owner::Emergency)
                    );
                let past = hit.what == What::Date
                    && self.sheet.section(&self.label_rect(label)) == Some(Owner::Other)
                    && zone.rule != "demographics.above";
                if !foreign && !past {
                    facts.dates.push((kind, fact(Field::DocumentDate, 0)));
                }
            }
            match (reading.what, owner, &reading.person) {
                (What::Name, Owner::Patient | Owner::Member, Some(person)) => {
                    let tokens = &zone.tokens;
                    facts.names.push(NameFact {
                        person: person.clone(),
                        page,
                        family_words: words_of(&person.family, tokens),
                        given_words: words_of(&person.given, tokens),
                        rule,
                        label: hit.similarity,
                        doubt,
                    });
                }
                (What::Family | What::Given | What::Middle, Owner::Patient, _) => {
                    let field = if reading.what == What::Family { Field::Family } else { Field::Given };
                    facts.plain.push(fact(field, if reading.what == What::Middle { 1 } else { 0 }));
                }
                (What::Provider | What::Name | What::Signature, owner, Some(_)) if owner.is_provider() => {
                    facts.providers.push((role(owner), fact(Field::Practitioner, 0)))
                }
                (What::Signature, _, Some(_)) => facts.providers.push(("signature", fact(Field::Practitioner, 0))),
                _ => {}
            }
        }
    }
}

fn role(owner: Owner) -> &'static str {
    match owner {
        Owner::Author => "author",
        Owner::Attending => "attending",
        Owner::Surgeon => "surgeon",
        Owner::Ordering => "ordering",
        Owner::Referring => "referring",
        Owner::PrimaryCare => "primary-care",
        _ => "other",
    }
}

fn is_mark(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | '|'));
    matches!(inner, "x" | "X" | "xx" | "XX" | "Xx" | "xX" | "\u{2713}" | "\u{2714}" | "\u{2612}" | "\u{2611}" | "\u{00d7}")
}

/// A name, or a part of one, out of a box of its own.
fn name_part(text: &str, what: What, people: &People) -> Option<(Value, f32)> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 || (letters == 1 && what != What::Middle) {
        return None;
    }
    // The parser wants at least two words of a person: an invented one stands in for the part that is not here.
    let (probe, family) = match what {
        What::Family => (format!("{text}, Ann"), true),
        _ => (format!("Ann, {text}"), false),
    };
    let person = names::parse(&probe, people)?;
    let value = if family { person.family } else { person.given };
    let doubt = if value.split(' ').count() > 3 { 0.3 } else { 0.0 };
    Some((Value { text: value, form: Form::Valid, mended: person.mended }, doubt))
}

/// The words among `tokens` that hold the words of a value; all of them if none does.
pub(crate) fn words_of(value: &str, tokens: &[Token]) -> Vec<usize> {
    let wanted: Vec<String> = value.split([' ', '-']).map(fold).filter(|w| !w.is_empty()).collect();
    let own: Vec<usize> = tokens
        .iter()
        .filter(|t| {
            let folded = fold(&t.text);
            !folded.is_empty() && wanted.iter().any(|w| *w == folded || (folded.len() > 2 && folded.contains(w.as_str()) && w.len() > 2))
        })
        .map(|t| t.word)
        .collect();
    if own.is_empty() { tokens.iter().map(|t| t.word).collect() } else { own }
}
