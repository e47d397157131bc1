//! Printed names of persons to family and given names. Whose name it is, is left to the callers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::text::fold;
use crate::extract::dates::position;
use crate::extract::vocabulary::{VocabularyError, from_toml};
use crate::model::Step;

/// Words around names, and the choices that forms print: `config/people.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    titles: Vec<String>,
    suffixes: Vec<String>,
    degrees: Vec<String>,
    particles: Vec<String>,
    not_names: Vec<String>,
    /// Relations of one person to another.
    pub relationships: Vec<String>,
    /// Wordings of a sex by its code.
    pub gender: BTreeMap<String, Vec<String>>,
    /// Wordings of a marital status by its HL7 code.
    pub marital: BTreeMap<String, Vec<String>>,
    /// Names of languages by BCP 47 tag.
    pub language: BTreeMap<String, Vec<String>>,
    /// Names of states by postal code.
    pub states: BTreeMap<String, String>,
}

impl People {
    /// Reads the list's text.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        from_toml("people.toml", text)
    }

    /// Whether a word is a degree such as `MD` or `F.A.C.S.`.
    pub(crate) fn is_degree(&self, word: &str) -> bool {
        has(&self.degrees, word)
    }

    /// Whether a word is a title such as `Dr.`.
    pub(crate) fn is_title(&self, word: &str) -> bool {
        has(&self.titles, word)
    }
}

fn has(list: &[String], word: &str) -> bool {
    let folded = fold(word);
    !folded.is_empty() && list.contains(&folded)
}

/// A person's name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Family name with its particles, in the case of a name.
    pub family: String,
    /// First and middle names, initials without points; empty where only a family name is printed.
    pub given: String,
    /// All of it in the printed order, without titles, degrees and suffixes.
    pub printed: String,
    /// What was mended: confusions of letters, a point for the comma, a lost blank.
    pub history: Vec<Step>,
    /// Whether a degree stood behind it.
    pub degree: bool,
    /// Whether a title such as `Dr.` stood before it.
    pub title: bool,
}

#[derive(Clone, Debug)]
struct Part {
    text: String,
    comma: bool,
}

/// Reads a whole text as one person's name. `None` where words stand in it that no name holds.
pub(crate) fn parse(text: &str, people: &People) -> Option<Person> {
    let mut history = Vec::new();
    let mut read_until = 0;
    let (mut degree, mut title) = (false, false);
    let mut parts: Vec<Part> = Vec::new();
    let text = whole_irish(&text.replace(',', ", "), &mut history);
    for raw in text.split_whitespace() {
        let comma = raw.ends_with(',') || raw.ends_with(';');
        let word = raw
            .trim_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '\'')
            .trim_start_matches(['.', '\''])
            .trim_end_matches('\'');
        if word.is_empty() || !word.chars().any(char::is_alphanumeric) {
            if comma {
                parts.iter_mut().last().into_iter().for_each(|p| p.comma = true);
            }
            continue;
        }
        let word = letters_of(word, read_until, &mut history)?;
        read_until += raw.chars().count() + 1;
        // A lost blank before an initial: `MarieC.`
        match run_together(&word) {
            Some(at) => {
                history.push(Step::Parted { word: position(parts.len()) });
                parts.push(Part { text: word[..at].to_owned(), comma: false });
                parts.push(Part { text: word[at..].to_owned(), comma });
            }
            None => parts.push(Part { text: word, comma }),
        }
    }
    // Titles before, degrees and suffixes behind or after a comma.
    while let Some(first) = parts.first() {
        if parts.len() > 1 && people.is_title(&first.text) {
            title = true;
            parts.remove(0);
        } else {
            break;
        }
    }
    let mut kept: Vec<Part> = Vec::new();
    for (k, part) in parts.iter().enumerate() {
        let last_of_group = k + 1 == parts.len()
            || part.comma
            || parts[k + 1..].iter().all(|p| people.is_degree(&p.text) || has(&people.suffixes, &p.text));
        let after_comma = k > 0 && parts[k - 1].comma;
        let opens = kept.is_empty();
        // `Do` and `Ma` are family names too: a degree is written in capitals or with points, and never alone.
        let capitals = part.text.chars().all(|c| !c.is_lowercase()) || part.text.matches('.').count() > 1;
        let all_capitals = parts.iter().all(|p| p.text.chars().all(|c| !c.is_lowercase()));
        let names_before = kept.len() >= 2 || after_comma;
        if !opens
            && people.is_degree(&part.text)
            && (capitals || after_comma)
            && last_of_group
            && (names_before && (!all_capitals || kept.len() >= 2))
        {
            degree = true;
            carry_comma(&mut kept, part);
        } else if !opens && has(&people.suffixes, &part.text) {
            carry_comma(&mut kept, part);
        } else {
            kept.push(part.clone());
        }
    }
    // `Van Der Berg,`: the given names were cut off. `Gregory Murphy, DOB …` is a whole name before a comma.
    let opens_family = kept.len() == 1 || kept.first().is_some_and(|p| fold(&p.text).len() > 1 && has(&people.particles, &p.text));
    let cut_off =
        opens_family && parts.last().is_some_and(|p| p.comma) && kept.len() == parts.len() && kept.iter().filter(|p| p.comma).count() == 1;
    if let Some(last) = kept.last_mut() {
        last.comma = cut_off;
    }
    if kept.is_empty() || kept.len() > 6 || kept.iter().any(|p| !plausible(&p.text, people)) {
        return None;
    }
    // `Shaw. Melanie`: the comma lost its tail.
    if kept.len() >= 2 && kept.iter().all(|p| !p.comma) && kept[0].text.ends_with('.') && kept[0].text.chars().count() > 4 {
        kept[0].comma = true;
        history.push(Step::PointForComma { word: 0 });
    }
    if kept.iter().filter(|p| p.comma).count() > 1 || kept.iter().all(|p| people.is_title(&p.text)) {
        return None;
    }
    // Without a comma no name of several words begins with `Van`: its given names are somewhere else.
    if kept.len() > 1
        && kept.iter().all(|p| !p.comma)
        && matches!(fold(&kept[0].text).as_str(), "van" | "von" | "der" | "de" | "del" | "st" | "vander")
    {
        return None;
    }
    let capitals = kept.iter().all(|p| p.text.chars().all(|c| !c.is_lowercase()));
    let words: Vec<String> = kept.iter().map(|p| name_case(&p.text, capitals)).collect();
    let cut = match kept.iter().position(|p| p.comma) {
        Some(at) => at + 1,
        None => {
            let mut family = kept.len() - 1;
            // An initial is no family name: `Foster Lisa K.`
            if kept.len() >= 2 && words[family].trim_end_matches('.').chars().count() == 1 {
                return None;
            }
            while family > 1 && has(&people.particles, &words[family - 1]) && words[family - 1].trim_end_matches('.').len() > 1 {
                family -= 1;
            }
            family
        }
    };
    let with_comma = kept.iter().any(|p| p.comma);
    // `Virginia, Minnesota` is a place.
    if with_comma && people.states.values().any(|state| *state == words[cut..].join(" ").to_lowercase()) {
        return None;
    }
    let (family, given) = if with_comma { (&words[..cut], &words[cut..]) } else { (&words[cut..], &words[..cut]) };
    let given: Vec<String> =
        given.iter().map(|w| if w.chars().filter(|c| c.is_alphabetic()).count() == 1 { w.replace('.', "") } else { w.clone() }).collect();
    let printed =
        if with_comma && !given.is_empty() { format!("{}, {}", words[..cut].join(" "), words[cut..].join(" ")) } else { words.join(" ") };
    let tidy = |w: String| -> String { if w.ends_with('.') && w.chars().count() > 4 { w.trim_end_matches('.').to_owned() } else { w } };
    Some(Person { family: tidy(family.join(" ")), given: tidy(given.join(" ")), printed, history, degree, title })
}

/// Joins the head of an Irish name that was read apart from it: `0 Shaughnessy`, `O' Brien`. A bare `O` is an initial.
fn whole_irish(text: &str, history: &mut Vec<Step>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let head = matches!(word, "0" | "0'" | "O'" | "0\u{2019}" | "O\u{2019}");
        if head && words.peek().is_some_and(|next| next.chars().next().is_some_and(char::is_uppercase) && next.chars().count() > 3) {
            if word.starts_with('0') {
                history.push(Step::Took { at: position(out.chars().count()), read: '0', taken: 'O' });
            }
            out.push_str("O'");
            continue;
        }
        out.push_str(word);
        out.push(' ');
    }
    out
}

fn carry_comma(kept: &mut [Part], dropped: &Part) {
    if dropped.comma
        && let Some(last) = kept.last_mut()
    {
        last.comma = true;
    }
}

/// The word with digits that look like letters mended, which is noted; `None` where it cannot be a word of a name.
fn letters_of(word: &str, start: usize, history: &mut Vec<Step>) -> Option<String> {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || matches!(word, "2nd" | "3rd") {
        return Some(word.to_owned());
    }
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if digits > 1 || letters < 3 {
        return None;
    }
    let mut out = String::with_capacity(word.len());
    for (k, c) in word.chars().enumerate() {
        let taken = match c {
            '0' => 'O',
            '1' => 'l',
            '5' => 'S',
            '8' => 'B',
            c if c.is_ascii_digit() => return None,
            c => c,
        };
        if taken != c {
            history.push(Step::Took { at: position(start + k), read: c, taken });
        }
        out.push(taken);
    }
    Some(out)
}

/// Where an initial with its point was run together with the name before it.
fn run_together(word: &str) -> Option<usize> {
    let initial = word.strip_suffix('.')?.char_indices().last().filter(|(_, c)| c.is_uppercase())?.0;
    let name = &word[..initial];
    let plain = name.chars().count() >= 3 && name.chars().skip(1).all(char::is_lowercase);
    plain.then_some(initial)
}

fn plausible(word: &str, people: &People) -> bool {
    if has(&people.particles, word) {
        return true;
    }
    let ok = |c: char| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-' | '.' | '`');
    word.chars().all(ok)
        && word.chars().next().is_some_and(char::is_uppercase)
        && !has(&people.not_names, word)
        && word.chars().count() <= 24
}

/// Puts a word of a name in the case of a name: `O'BRIEN` to `O'Brien`, `MCDONALD` to `McDonald`. A word that has both cases
/// already stays, but for a second capital that the engine saw at its head (`AManda`).
pub(crate) fn name_case(word: &str, all_capitals: bool) -> String {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let upper = letters.iter().filter(|c| c.is_uppercase()).count();
    let twice = upper == 2 && letters.len() > 3 && letters[0].is_uppercase() && letters[1].is_uppercase();
    // `JT` between words of both cases are two initials.
    if (letters.len() <= 2 && !all_capitals) || !(upper == letters.len() || twice || (upper >= 3 && upper * 2 > letters.len())) {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    for c in word.chars() {
        if c.is_alphabetic() {
            if start {
                out.extend(c.to_uppercase())
            } else {
                out.extend(c.to_lowercase())
            }
            start = false;
        } else {
            out.push(c);
            start = matches!(c, '-' | '\'' | '\u{2019}' | '.' | ' ');
        }
    }
    if let Some(rest) = out.strip_prefix("Mc").filter(|r| r.chars().count() >= 3) {
        let mut chars = rest.chars();
        let head: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        out = format!("Mc{head}{}", chars.as_str());
    }
    out
}

/// Puts every word of a line in the case of a title where the line has capitals alone.
pub(crate) fn title_case(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let words: Vec<String> = text
        .split(' ')
        .map(|w| {
            let letters = w.chars().filter(|c| c.is_alphabetic()).count();
            let compass = matches!(w, "NE" | "NW" | "SE" | "SW" | "PO" | "P.O.");
            if compass || w.chars().any(|c| c.is_ascii_digit()) || letters == 0 { w.to_owned() } else { name_case(w, true) }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
pub(crate) fn people() -> People {
    People::parse(include_str!("../../../config/people.toml")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let table = [
            ("Laura M. Chen", "Chen", "Laura M"),
            ("CHEN, LAURA M", "Chen", "Laura M"),
            ("FOSTER, LISA K.", "Foster", "Lisa K"),
            ("GARCIA Sr., RYAN", "Garcia", "Ryan"),
            ("Garcia, Ryan, Jr.", "Garcia", "Ryan"),
            ("William Robbins III", "Robbins", "William"),
            ("GARCIA-LOPEZ, MEGHAN", "Garcia-Lopez", "Meghan"),
            ("O'BRIEN, ANNE MARIE", "O'Brien", "Anne Marie"),
            ("MCDONALD, J. R.", "McDonald", "J R"),
            ("Robert S. St. Pierre, DO", "St. Pierre", "Robert S"),
            ("Dr. Ludwig van Beethoven", "van Beethoven", "Ludwig"),
            ("Maria de la Cruz", "de la Cruz", "Maria"),
            ("Marie C. Johnson, MD, FAAP", "Johnson", "Marie C"),
            ("Marie C. Johnson. MD. FAAP", "Johnson", "Marie C"),
            ("Brandy R. Haddad, M.D., F.A.C.S.", "Haddad", "Brandy R"),
            ("Mrs. Ann May", "May", "Ann"),
            ("Kim Do", "Do", "Kim"),
            ("AManda Munoz", "Munoz", "Amanda"),
            ("Shaw. Melanie", "Shaw", "Melanie"),
            ("Haddad, Nicholas E", "Haddad", "Nicholas E"),
            ("J. YAMAMOTO", "Yamamoto", "J"),
            ("Dr. Haynes", "Haynes", ""),
            ("Van Der Berg, Heather", "Van Der Berg", "Heather"),
            ("Van Der Berg,", "Van Der Berg", ""),
            ("Gregory Murphy,", "Murphy", "Gregory"),
        ];
        let people = people();
        for (text, family, given) in table {
            let got = parse(text, &people).unwrap_or_else(|| panic!("{text} is no name"));
            assert_eq!((got.family.as_str(), got.given.as_str()), (family, given), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let people = people();
        for text in [
            "",
            "Same as above",
            "503-555-0123",
            "Date of birth",
            "was placed supine",
            "Smith 12/3/1999",
            "a, b, c, d",
            "4 Northgate",
            "Chen, Laura, Marie, Ann",
            "---",
        ] {
            assert_eq!(parse(text, &people), None, "{text}");
        }
    }

    #[test]
    fn mending_is_said() {
        let people = people();
        assert!(parse("Rob1nson, Mary", &people).is_some_and(|p| !p.history.is_empty()));
        assert!(parse("Robinson, Mary", &people).is_some_and(|p| p.history.is_empty()));
    }

    #[test]
    fn lines_in_capitals_get_the_case_of_titles() {
        assert_eq!(title_case("5877 E. LINCOLN STREET"), "5877 E. Lincoln Street");
        assert_eq!(title_case("12 NE 3RD AVE"), "12 NE 3RD Ave");
        assert_eq!(title_case("St. Brendan of the Sea"), "St. Brendan of the Sea");
    }
}
