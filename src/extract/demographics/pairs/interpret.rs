//! What the words of a place say, read as the label asks for.

use super::zones::Zone;
use super::{Finder, LabelAt, joined, said, spots_of};
use crate::extract::dates;
use crate::extract::demographics::labels::{Hit, Owner, What};
use crate::extract::demographics::names::{self, People, Person};
use crate::extract::demographics::sheet::{Spot, Token};
use crate::extract::demographics::text::fold;
use crate::extract::demographics::values::{self, Value};
use crate::model::Form;

/// Within so many tokens behind a date of birth a sex may stand without a label, an age before it.
const SEX_BEHIND_BIRTH: usize = 3;

/// What a run of tokens says.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The kind of value.
    pub what: What,
    /// The value.
    pub value: Value,
    /// Its tokens.
    pub spots: Vec<Spot>,
    /// How unsure the reading is.
    pub doubt: f32,
    /// The name taken apart, if it is one.
    pub person: Option<Person>,
}

fn spots(tokens: &[Token]) -> Vec<Spot> {
    tokens.iter().map(Token::spot).collect()
}

impl Finder<'_, '_> {
    /// All that can be read at a place for a label; nothing where the words are no such value.
    pub(super) fn interpret(&self, at: LabelAt, zone: &Zone) -> Vec<Reading> {
        let hit = self.hit(at);
        let tokens = &zone.tokens;
        let one =
            |what: What, value: Value, own: &[Token], doubt: f32| vec![Reading { what, value, spots: spots(own), doubt, person: None }];
        // The longest run from the first token that reads; what is left over raises a doubt.
        let prefix = |longest: usize, read: &dyn Fn(&str) -> Option<Value>| -> Vec<Reading> {
            let start = tokens.iter().position(|t| t.said() > 0).unwrap_or(0);
            for end in (start + 1..=tokens.len().min(start + longest)).rev() {
                if let Some(value) = read(&joined(&tokens[start..end])) {
                    let rest = tokens[end..].iter().filter(|t| t.said() > 1).count();
                    return one(hit.what, value, &tokens[start..end], if rest > 0 { 0.1 } else { 0.0 });
                }
            }
            Vec::new()
        };
        match hit.what {
            What::Name | What::Provider | What::Signature => self.person(at, zone),
            What::Family | What::Given | What::Middle => match name_part(&joined(tokens), hit.what, self.people) {
                Some((value, doubt)) => one(hit.what, value, tokens, doubt),
                None => Vec::new(),
            },
            What::Birth => self.birth(tokens),
            What::BirthGender => {
                let mut out = self.date(What::Birth, tokens);
                out.extend(self.gender_among(tokens));
                out
            }
            What::AgeGender => self.gender_among(tokens).into_iter().collect(),
            What::Gender | What::Marital | What::Language => self.choice(tokens, hit.what),
            What::Mrn | What::FilmNo => prefix(4, &|t| values::identifier(t, 3)),
            What::MemberId | What::Id => prefix(4, &|t| values::identifier(t, 4)),
            What::Group => prefix(3, &|t| values::identifier(t, 2)),
            What::Ssn => prefix(5, &values::ssn),
            What::Npi => prefix(3, &values::npi),
            What::Email => prefix(4, &values::email),
            What::Phone | What::HomePhone | What::CellPhone => self.phone(hit.what, tokens).into_iter().collect(),
            What::Address | What::Street | What::CityStateZip => self.address(hit.what, zone),
            What::City => {
                let t = joined(tokens);
                let t = t.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
                if values::is_city(t) && fold(t).len() <= 24 {
                    one(What::City, Value::new(names::title_case(t), Form::Valid), tokens, 0.0)
                } else {
                    self.address(What::CityStateZip, zone)
                }
            }
            What::State => prefix(2, &|t| values::state(t, self.people)),
            What::Zip => prefix(2, &values::zip),
            What::Relationship => match values::relationship(&joined(tokens), self.people) {
                Some(value) => {
                    let doubt = if value.form == Form::Free { 0.3 } else { 0.0 };
                    one(hit.what, value, tokens, doubt)
                }
                None => prefix(2, &|t| values::relationship(t, self.people).filter(|v| v.form == Form::Checked)),
            },
            What::Payor | What::PayorInSection => {
                let t = joined(tokens);
                let t = t.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')'));
                let t = t.trim_start_matches(|c: char| !c.is_alphanumeric());
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
                one(What::Payor, Value::new(names::title_case(t), Form::Free), tokens, 0.05)
            }
            What::Organization | What::OtherDate | What::Other | What::StreetMore => Vec::new(),
            what => self.date(what, tokens),
        }
    }

    /// The first telephone number among some tokens.
    fn phone(&self, what: What, tokens: &[Token]) -> Option<Reading> {
        let text = joined(tokens);
        let (value, range) = values::phone(&text).or_else(|| values::bare_phone(&text).map(|value| (value, 0..text.len())))?;
        let mut at = 0;
        let mut own = Vec::new();
        for token in tokens {
            if at < range.end && at + token.text.len() > range.start {
                own.push(token.spot());
            }
            at += token.text.len() + 1;
        }
        Some(Reading { what, value, spots: own, doubt: 0.0, person: None })
    }

    fn date(&self, what: What, tokens: &[Token]) -> Vec<Reading> {
        self.date_until(what, tokens).map(|(reading, _)| vec![reading]).unwrap_or_default()
    }

    /// A date, and the token behind it.
    fn date_until(&self, what: What, tokens: &[Token]) -> Option<(Reading, usize)> {
        let texts: Vec<&str> = tokens.iter().map(|t| t.text.as_str()).collect();
        let found = dates::find_until(&texts, self.latest);
        let (read, range, doubt) = match found.into_iter().next() {
            Some(first) => {
                let before = tokens[..first.words.start].iter().filter(|t| t.said() > 1).count();
                // A date deep in other words is not what the label asks for.
                if before > 2 {
                    return None;
                }
                (first.read, first.words, if before > 0 { 0.3 } else { 0.0 })
            }
            None => {
                let whole = texts.join(" ");
                let read = dates::parse_until(&whole, self.latest).or_else(|| dates::parse_asked_for(&whole, self.latest))?;
                (read, 0..texts.len(), 0.1)
            }
        };
        if !read.date.is_full() {
            return None;
        }
        let end = range.end;
        Some((Reading { what, value: Value::of_date(read), spots: spots(&tokens[range]), doubt, person: None }, end))
    }

    /// A date of birth, and the sex that plates and wristbands print behind it: `06/04/1922 M 83Y`.
    fn birth(&self, tokens: &[Token]) -> Vec<Reading> {
        let Some((birth, end)) = self.date_until(What::Birth, tokens) else { return Vec::new() };
        let mut out = vec![birth];
        let behind = tokens[end..].iter().filter(|t| t.said() > 0).take(SEX_BEHIND_BIRTH);
        for token in behind {
            let bare = token.text.trim_matches(|c: char| !c.is_alphanumeric());
            if let Some(code) = values::choice(bare, &self.people.gender) {
                let value = Value::new(code, Form::Checked);
                out.push(Reading { what: What::Gender, value, spots: vec![token.spot()], doubt: 0.0, person: None });
                break;
            }
            // Only an age may stand between.
            if !bare.starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
        }
        out
    }

    fn gender_among(&self, tokens: &[Token]) -> Option<Reading> {
        tokens.iter().rev().find_map(|token| {
            let part = token.text.rsplit('/').next().unwrap_or(&token.text);
            let code = values::choice(part, &self.people.gender)?;
            Some(Reading {
                what: What::Gender,
                value: Value::new(code, Form::Checked),
                spots: vec![token.spot()],
                doubt: 0.0,
                person: None,
            })
        })
    }

    fn person(&self, at: LabelAt, zone: &Zone) -> Vec<Reading> {
        let hit = self.hit(at);
        let tokens = &zone.tokens;
        let whole = self.person_among(hit, tokens);
        // A narrow box breaks a name: `Dr. Marie C.` / `Johnson`.
        let broken = whole.as_ref().is_none_or(|(r, _)| r.person.as_ref().is_some_and(|p| p.given.is_empty()));
        if broken && let Some(more) = zone.more.first().filter(|m| (1..=3).contains(&m.len())) {
            let longer: Vec<Token> = tokens.iter().chain(more).cloned().collect();
            let complete = |r: &Reading| r.person.as_ref().is_some_and(|p| !p.given.is_empty());
            if let Some((mut reading, end)) = self.person_among(hit, &longer)
                && end == longer.len()
                && complete(&reading)
            {
                reading.doubt = (reading.doubt + 0.2).min(1.0);
                return vec![reading];
            }
        }
        let Some((mut reading, end)) = whole else { return Vec::new() };
        let mut left: Vec<Token> = tokens[end..].to_vec();
        let mut out = Vec::new();
        // `Ann May, wife`; `Ann May (406) 555-0175`; `… on 07/16/2017 at 3:54 PM`.
        if self.owner(at).0 == Owner::Emergency {
            self.relation_behind(&mut reading, tokens, end, &mut out);
            left.extend(zone.tail.iter().cloned());
        }
        if let Some(phone) = self.phone(What::Phone, &left) {
            out.push(Reading { doubt: 0.1, ..phone });
        } else if hit.what == What::Provider {
            out.extend(self.date(What::SignedDate, &left));
        }
        out.insert(0, reading);
        out
    }

    /// How a contact is related, said behind the name: as its last word, or as the next one.
    fn relation_behind(&self, reading: &mut Reading, tokens: &[Token], end: usize, out: &mut Vec<Reading>) {
        let known = |t: &Token| values::relationship(&t.text, self.people).filter(|v| v.form == Form::Checked);
        let mut push = |token: &Token, value: Value| {
            out.push(Reading { what: What::Relationship, value, spots: vec![token.spot()], doubt: 0.1, person: None });
        };
        if let Some(next) = tokens[end..].iter().find(|t| t.said() > 0) {
            if let Some(value) = known(next) {
                push(next, value);
            }
            return;
        }
        let Some(last) = tokens[..end].iter().rposition(|t| t.said() > 0) else { return };
        if let Some(value) = known(&tokens[last])
            && let Some(person) = names::parse(&joined(&tokens[..last]), self.people).filter(|p| !p.given.is_empty())
        {
            reading.spots.retain(|s| s.id != tokens[last].id);
            reading.value = Value { text: person.printed.clone(), form: Form::Valid, history: person.history.clone() };
            reading.person = Some(person);
            push(&tokens[last], value);
        }
    }

    /// The longest run from the first letter that is a name, and the token behind it.
    fn person_among(&self, hit: &Hit, tokens: &[Token]) -> Option<(Reading, usize)> {
        let start = tokens.iter().position(|t| t.text.chars().any(char::is_alphabetic)).unwrap_or(0);
        let longest = tokens.len().min(start + 9);
        for end in (start + 1..=longest).rev() {
            let Some(person) = names::parse(&joined(&tokens[start..end]), self.people) else { continue };
            let provider = hit.what != What::Name || hit.owner.is_some_and(Owner::is_provider);
            // One word is a whole name only for a physician with a title.
            if person.given.is_empty() && !(provider && (person.title || end == tokens.len())) {
                continue;
            }
            let rest = tokens[end..].iter().find(|t| t.said() > 0);
            let scrap = rest.is_some_and(|t| t.text.chars().next().is_some_and(char::is_alphabetic));
            let mut doubt = if scrap { 0.3 } else { 0.0 };
            if person.given.is_empty() {
                doubt += 0.5;
            }
            let value = Value { text: person.printed.clone(), form: Form::Valid, history: person.history.clone() };
            let spots = tokens[start..end].iter().filter(|t| t.said() > 0).map(Token::spot).collect();
            return Some((Reading { what: hit.what, value, spots, doubt, person: Some(person) }, end));
        }
        None
    }

    fn address(&self, what: What, zone: &Zone) -> Vec<Reading> {
        // Specks are no part of an address.
        let kept = |tokens: &[Token]| -> Vec<Token> {
            tokens.iter().filter(|t| t.said() > 0 || matches!(t.text.as_str(), "#" | "&" | "-" | ",")).cloned().collect()
        };
        let mut tokens = kept(&zone.tokens);
        let mut lines = vec![joined(&tokens)];
        let mut parsed = values::address(&lines, self.people);
        if what != What::CityStateZip {
            for more in &zone.more {
                if parsed.as_ref().is_some_and(|a| a.zip.is_some()) {
                    break;
                }
                let more = kept(more);
                lines.push(joined(&more));
                tokens.extend(more);
                if let Some(longer) = values::address(&lines, self.people).filter(|a| a.zip.is_some()) {
                    parsed = Some(longer);
                }
            }
        }
        let Some(address) = parsed else {
            return if what == What::CityStateZip { self.state_and_zip(&tokens) } else { Vec::new() };
        };
        let parts = [(What::Street, address.line), (What::City, address.city), (What::State, address.state), (What::Zip, address.zip)];
        parts
            .into_iter()
            .filter_map(|(what, value)| {
                let value = value?;
                Some(Reading { what, spots: spots_of(&value.text, &tokens), value, doubt: 0.0, person: None })
            })
            .collect()
    }

    /// A state and a postal code without their city: boxes so narrow that their labels were read as one, `STATE ZIP CODE`.
    fn state_and_zip(&self, tokens: &[Token]) -> Vec<Reading> {
        let [state, zip] = tokens else { return Vec::new() };
        let reading = |what, value: Value, token: &Token| Reading { what, spots: vec![token.spot()], value, doubt: 0.05, person: None };
        match (values::state(&state.text, self.people), values::zip(&zip.text)) {
            (Some(of_state), Some(of_zip)) => vec![reading(What::State, of_state, state), reading(What::Zip, of_zip, zip)],
            _ => Vec::new(),
        }
    }

    /// Whether something stands at a place that may be what its label asks for, though it could not be read: a single character
    /// is enough for values that are as short, three otherwise. An empty blank and the specks around it are nothing.
    pub(super) fn holds_something(what: What, zone: &Zone) -> bool {
        let least = match what {
            What::Gender | What::AgeGender | What::Marital | What::Middle => 1,
            What::State | What::Language | What::Group => 2,
            _ => 3,
        };
        said(&zone.tokens) >= least
    }
}

/// A name, or a part of one, out of a box of its own.
pub(crate) fn name_part(text: &str, what: What, people: &People) -> Option<(Value, f32)> {
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
    Some((Value { text: value, form: Form::Valid, history: person.history }, doubt))
}

#[cfg(test)]
mod tests {
    use crate::extract::demographics::{Lists, extract};
    use crate::extract::testing::typed;
    use crate::model::{DocumentKind, Field};

    fn lists() -> Lists {
        Lists::parse(
            include_str!("../../../../config/labels.toml"),
            include_str!("../../../../config/people.toml"),
            include_str!("../../../../config/organizations.toml"),
            include_str!("../../../../config/expected.toml"),
        )
        .unwrap()
    }

    #[test]
    fn what_stands_behind_a_value_is_read_with_it() {
        let table: &[(&str, &[(Field, Option<&str>)])] = &[
            // The sex behind a date of birth; an age may stand between, other words may not.
            ("\nDOB: 06/04/1922 M 83Y", &[(Field::BirthDate, Some("1922-06-04")), (Field::Gender, Some("male"))]),
            ("\nDOB: 06/04/1922 83 F", &[(Field::Gender, Some("female"))]),
            ("\nDOB: 06/04/1922 seen by M", &[(Field::Gender, None)]),
            // The telephone and the relation behind a contact's name, even far behind it.
            (
                "\nWhom shall we call if you are ill?   Ann May          at 208.555.0158",
                &[(Field::ContactName, Some("Ann May")), (Field::ContactTelecom, Some("+12085550158"))],
            ),
            (
                "\nEmergency contact:   Ann May, wife   (406) 555-0175",
                &[
                    (Field::ContactName, Some("Ann May")),
                    (Field::ContactRelationship, Some("wife")),
                    (Field::ContactTelecom, Some("+14065550175")),
                ],
            ),
            // Behind the patient's own name a telephone far away says nothing.
            ("\nPatient name:   Ann May          208.555.0158", &[(Field::Phone, None)]),
            // An initial behind a gap; a whole word is something else.
            ("\nPatient name: Foster, Lisa  K", &[(Field::Given, Some("Lisa K"))]),
            ("\nPatient name: Foster, Lisa        Room", &[(Field::Given, Some("Lisa"))]),
        ];
        for (text, want) in table {
            let (values, _) = extract(&[typed(text)], DocumentKind::AdministrativeNote, &lists());
            for (field, value) in *want {
                let got = values.iter().find(|v| v.field == *field).map(|v| v.value.as_str());
                assert_eq!(got, *value, "{field}: {text}");
            }
        }
    }

    #[test]
    fn unread_words_are_asked_for_and_blanks_are_not() {
        let table: &[(&str, &[(Field, bool)])] = &[
            ("\nMarital status:   $8", &[(Field::MaritalStatus, true)]),
            ("\nMarital status:", &[(Field::MaritalStatus, false)]),
            ("\nMarital status:   Employer:   Acme", &[(Field::MaritalStatus, false)]),
            ("\nSSN:   7?5-4e-b2", &[(Field::Ssn, true)]),
            ("\nSSN:   .", &[(Field::Ssn, false)]),
            ("\nWhom shall we call if you are ill?   Ann May          at POC55-O/4S", &[(Field::ContactTelecom, true)]),
            // An address is whole: what is not there is asked for.
            ("\nCity:   Salem", &[(Field::PostalCode, true), (Field::AddressLine, true)]),
        ];
        for (text, want) in table {
            let (_, missing) = extract(&[typed(text)], DocumentKind::ProgressNote, &lists());
            for (field, asked) in *want {
                assert_eq!(missing.iter().any(|(f, _)| f == field), *asked, "{field}: {text}");
            }
        }
    }
}
