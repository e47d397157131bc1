//! What the words around a name say of it: denied, unsure, yet to come, past, somebody else's, given up.
//!
//! ConText (H. Harkema, J. N. Dowling, T. Thornblade, W. W. Chapman, J Biomed Inform 42 (2009) 839–851): triggers speak of what stands
//! behind or before them, up to the end of the sentence or a word that ends their reach; look-alikes speak of nothing. The
//! phrases are data (config/context.toml); all of them are found in one pass (Aho–Corasick), and every aspect is one sweep over the words,
//! so the work is linear in the text.
//!
//! Two departures from the paper, both because a problem dropped in silence does harm: what stands behind a trigger reaches back to a
//! comma only, and a text that denies one thing and states another (`no problems other than asthma`) keeps what it states.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::vocabulary::{VocabularyError, from_toml};

/// Doubt of what is kept although the text speaks against it: it goes to a person.
const DOUBT: f32 = 0.6;

/// Marks around every word of the text that is searched, so that phrases are found at the bounds of words alone; and one between sentences.
const WORD: char = '\u{1}';
const STOP: char = '\u{2}';

/// What may be said of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Aspect {
    /// It is not so.
    Negated,
    /// It may be so.
    Uncertain,
    /// It is not so yet.
    Hypothetical,
    /// It was so.
    Historical,
    /// It is so of somebody else.
    Other,
    /// It is taken no longer.
    Stopped,
}

impl Aspect {
    const ALL: [Aspect; 6] = [Self::Negated, Self::Uncertain, Self::Hypothetical, Self::Historical, Self::Other, Self::Stopped];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What is said of one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    aspects: u8,
    /// The word is a trigger, or ends one's reach: it says something of others and is itself no name.
    pub trigger: bool,
}

impl Said {
    /// Whether an aspect holds.
    pub(crate) fn is(self, aspect: Aspect) -> bool {
        self.aspects & aspect.bit() != 0
    }

    /// Neither denied nor another person's.
    fn own(self) -> bool {
        !self.is(Aspect::Negated) && !self.is(Aspect::Other)
    }
}

/// What remains of a stretch of words when all is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    /// The words that are the patient's own.
    pub words: Range<usize>,
    /// The rule's doubt, 0.0–1.0.
    pub doubt: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    every: Every,
    negated: Lists,
    uncertain: Lists,
    hypothetical: Lists,
    historical: Lists,
    other: Lists,
    stopped: Lists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    ends: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    before: Vec<String>,
    behind: Vec<String>,
    look_alikes: Vec<String>,
    ends: Vec<String>,
}

/// What a phrase does, a bit an aspect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Does {
    before: u8,
    behind: u8,
    ends: u8,
}

/// The triggers, made ready for search.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    phrases: Vec<(String, Does)>,
    search: AhoCorasick,
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.phrases == other.phrases
    }
}

/// A word of the text as it is searched: a hyphen parts two.
struct Token {
    text: String,
    word: usize,
    /// A sentence or item ends behind it.
    stop: bool,
    comma: bool,
    capital: bool,
}

impl Context {
    /// Reads the lists.
    ///
    /// # Errors
    /// Text that is not such a list, or a phrase without a word.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let name = "context.toml";
        let wrong = |reason: String| VocabularyError::Parse { file: name.to_owned(), reason };
        let file: File = from_toml(name, text)?;
        let mut known: BTreeMap<String, Does> = BTreeMap::new();
        let mut add = |phrases: &[String], what: &dyn Fn(&mut Does)| -> Result<(), VocabularyError> {
            for phrase in phrases {
                let mut words = tokens(&phrase.split_whitespace().collect::<Vec<_>>(), &[]);
                words.iter_mut().last().into_iter().for_each(|last| last.stop = false);
                let key = marked(&words);
                if key.is_empty() || key.contains(STOP) {
                    return Err(wrong(format!("`{phrase}` is no phrase")));
                }
                what(known.entry(key).or_default());
            }
            Ok(())
        };
        let all = Aspect::ALL.iter().fold(0, |bits, aspect| bits | aspect.bit());
        add(&file.every.ends, &|does| does.ends = all)?;
        let lists = [&file.negated, &file.uncertain, &file.hypothetical, &file.historical, &file.other, &file.stopped];
        for (aspect, list) in Aspect::ALL.into_iter().zip(lists) {
            let bit = aspect.bit();
            add(&list.before, &|does| does.before |= bit)?;
            add(&list.behind, &|does| does.behind |= bit)?;
            add(&list.look_alikes, &|_| ())?;
            add(&list.ends, &|does| does.ends |= bit)?;
        }
        let phrases: Vec<(String, Does)> = known.into_iter().collect();
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(phrases.iter().map(|(phrase, _)| phrase))
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Self { phrases, search })
    }

    /// What is said of every word. `parts` are positions before which another item begins, in rising order.
    pub(crate) fn assess(&self, words: &[&str], parts: &[usize]) -> Vec<Said> {
        let tokens = tokens(words, parts);
        let does = self.triggers(&tokens);
        let mut said = vec![Said::default(); tokens.len()];
        sweep_forward(&tokens, &does, &mut said);
        sweep_back(&tokens, &does, &mut said);
        let mut of_words = vec![Said::default(); words.len()];
        let mut plain = vec![false; words.len()];
        for (token, said) in tokens.iter().zip(&said) {
            of_words[token.word].aspects |= said.aspects;
            plain[token.word] |= !said.trigger;
        }
        for (said, plain) in of_words.iter_mut().zip(plain) {
            said.trigger = !plain;
        }
        of_words
    }

    /// Triggers by the tokens that they cover: `Some` at the first token, with the length.
    fn triggers(&self, tokens: &[Token]) -> Vec<Option<(Does, usize)>> {
        let mut text = String::new();
        let mut starts = Vec::with_capacity(tokens.len());
        for token in tokens {
            starts.push(text.len());
            push_marked(&mut text, token);
        }
        let mut found = vec![None; tokens.len()];
        for hit in self.search.find_iter(&text) {
            let Ok(first) = starts.binary_search(&hit.start()) else { continue };
            let length = starts[first..].partition_point(|&s| s < hit.end());
            found[first] = Some((self.phrases[hit.pattern().as_usize()].1, length));
        }
        found
    }

    /// The patient's own among the words of one item, or `None` if all of it is denied or another's. What is unsure or yet to come stays,
    /// with doubt; so does what a denial leaves standing.
    ///
    /// Whoever drops the rest should ask a person to look unless the item itself begins with what denies it.
    pub(crate) fn own(&self, words: &[&str], said: &[Said]) -> Option<Own> {
        let name = |k: &usize| !said[*k].trigger && words[*k].chars().any(char::is_alphanumeric);
        let first = (0..words.len()).find(name)?;
        let (from, mut doubt) =
            if said[first].own() { (0, 0.0) } else { ((first..words.len()).find(|k| name(k) && said[*k].own())?, DOUBT) };
        let at = if from == 0 { first } else { from };
        if said[at].is(Aspect::Uncertain) || said[at].is(Aspect::Hypothetical) {
            doubt = DOUBT;
        }
        Some(Own { words: from..words.len(), doubt })
    }
}

/// Cuts words into tokens. A full stop, semicolon or exclamation mark ends a sentence, unless an abbreviation or a figure bears it.
fn tokens(words: &[&str], parts: &[usize]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut parts = parts.iter().peekable();
    for (k, word) in words.iter().enumerate() {
        if parts.next_if(|p| **p <= k).is_some()
            && let Some(last) = tokens.last_mut()
        {
            last.stop = true;
        }
        let first = tokens.len();
        for (n, piece) in word.split(['-', '–', '—', ':', '(', ')', '[', ']']).enumerate() {
            let bare = piece.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            if !bare.is_empty() {
                if n == 0 && piece.starts_with('?') {
                    tokens.push(Token { text: "?".to_owned(), word: k, stop: false, comma: false, capital: false });
                }
                tokens.push(Token { text: bare, word: k, stop: false, comma: false, capital: piece.contains(char::is_uppercase) });
            }
        }
        if word.ends_with('?') {
            tokens.push(Token { text: "?".to_owned(), word: k, stop: false, comma: false, capital: false });
        }
        let Some(last) = tokens[first..].last_mut() else { continue };
        let closing = word.trim_end_matches([')', ']', '"', '”']);
        // `approx.`, `Dr.`, `vs.`: short words with a point are abbreviations unless the text ends there.
        let short = last.text.chars().count() <= 2 && last.text.chars().all(char::is_alphabetic) && last.text != "no";
        let abbreviated = short || closing.trim_end_matches('.').contains('.') || matches!(last.text.as_str(), "vs" | "hx" | "approx");
        last.stop = closing.ends_with([';', '!', '?']) || (closing.ends_with('.') && !abbreviated);
        last.comma = closing.ends_with(',');
    }
    tokens
}

fn push_marked(text: &mut String, token: &Token) {
    text.push(WORD);
    text.push_str(&token.text);
    text.push(WORD);
    if token.stop {
        text.push(STOP);
    }
}

fn marked(tokens: &[Token]) -> String {
    let mut text = String::new();
    tokens.iter().for_each(|token| push_marked(&mut text, token));
    text
}

/// Triggers that speak of what follows. One in the middle of a list of names (`Diabetes without complications, Gout`) speaks of its own
/// item: a comma before a capital ends it. One that opens its sentence speaks of the whole list.
fn sweep_forward(tokens: &[Token], does: &[Option<(Does, usize)>], said: &mut [Said]) {
    let (mut open, mut passing) = (0_u8, 0_u8);
    let mut opens = true;
    let mut k = 0;
    while k < tokens.len() {
        let length = does[k].map_or(1, |(_, length)| length).max(1);
        if let Some((does, _)) = does[k] {
            open &= !does.ends;
            passing &= !does.ends;
            *if opens { &mut open } else { &mut passing } |= does.before;
        }
        let speaks = does[k].is_some_and(|(d, _)| d != Does::default());
        let end = (k + length).min(tokens.len());
        for said in &mut said[k..end] {
            said.trigger = speaks;
            if !speaks {
                said.aspects |= open | passing;
            }
        }
        // A trigger behind a trigger (`Patient denies`, `Mother with`) still opens.
        opens &= speaks;
        if tokens[k..end].iter().any(|t| t.stop) {
            (open, passing, opens) = (0, 0, true);
        } else if tokens[end - 1].comma && tokens.get(end).is_some_and(|t| t.capital) {
            passing = 0;
        }
        k = end;
    }
}

/// Triggers that speak of what stands before them; so do those that should speak of what follows where nothing follows.
fn sweep_back(tokens: &[Token], does: &[Option<(Does, usize)>], said: &mut [Said]) {
    let triggers: Vec<(usize, usize, Does)> =
        does.iter().enumerate().filter_map(|(k, d)| d.map(|(does, length)| (k, (k + length).min(tokens.len()), does))).collect();
    let mut open = 0_u8;
    let mut next = triggers.len();
    let mut k = tokens.len();
    // Whether a name stands between the token and the end of the sentence.
    let mut followed = false;
    // A comma right before a trigger (`pneumonia, ruled out`) belongs to it.
    let mut fresh = false;
    while k > 0 {
        let here = next.checked_sub(1).map(|n| triggers[n]).filter(|(_, end, _)| *end == k);
        let last = &tokens[k - 1];
        if last.stop {
            (open, followed) = (0, false);
        } else if last.comma && !fresh {
            open = 0;
        }
        match here {
            Some((from, _, does)) if does != Does::default() => {
                next -= 1;
                open &= !does.ends;
                open |= does.behind;
                if !followed {
                    open |= does.before;
                }
                // What could as well speak of what follows (`asthma, possible gout`) does not reach over a comma.
                fresh = does.before == 0 || !followed;
                k = from;
            }
            Some((from, ..)) => {
                next -= 1;
                said[from..k].iter_mut().for_each(|s| s.aspects |= open);
                (fresh, followed) = (false, true);
                k = from;
            }
            None => {
                said[k - 1].aspects |= open;
                (fresh, followed) = (false, true);
                k -= 1;
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn embedded() -> Context {
        Context::parse(include_str!("../../config/context.toml")).unwrap()
    }

    /// What is said of one word of a sentence, as letters: N(egated) U(ncertain) H(ypothetical) P(ast) O(ther's) S(topped).
    fn of(sentence: &str, word: &str) -> String {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let at = words.iter().position(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).ends_with(word)).unwrap();
        let said = embedded().assess(&words, &[])[at];
        Aspect::ALL.iter().zip("NUHPOS".chars()).filter(|(a, _)| said.is(**a)).map(|(_, c)| c).collect()
    }

    #[test]
    fn sentences_are_read_as_a_clinician_reads_them() {
        let table = [
            // Denied.
            ("No diabetes, hypertension or asthma.", "asthma", "N"),
            ("Denies chest pain", "pain", "N"),
            ("Patient denies history of stroke.", "stroke", "NP"),
            ("Negative for cancer", "cancer", "N"),
            ("Lungs clear without wheezing", "wheezing", "N"),
            ("Pneumonia was ruled out.", "Pneumonia", "N"),
            ("Pneumonia, ruled out", "Pneumonia", "N"),
            ("Asthma, pneumonia ruled out", "Asthma", ""),
            ("Diabetes: no", "Diabetes", "N"),
            ("Seizures - denied", "Seizures", "N"),
            ("No family history of gout", "gout", "NO"),
            ("No asthma but has gout", "gout", ""),
            ("No asthma. Gout.", "Gout", ""),
            ("No asthma; gout", "gout", ""),
            ("No. Gout", "Gout", ""),
            ("Never had hepatitis", "hepatitis", "N"),
            // Traps.
            ("No change in asthma", "asthma", ""),
            ("Not only asthma and gout", "gout", ""),
            ("Gram negative pneumonia", "pneumonia", ""),
            ("Gram-negative bacteremia", "bacteremia", ""),
            ("Denies any problem other than asthma", "asthma", ""),
            ("Denies any problem other than asthma", "problem", "N"),
            ("No problems except asthma", "asthma", ""),
            ("Diabetes without complications", "Diabetes", ""),
            ("Noonan syndrome", "syndrome", ""),
            ("Hypertension, not well controlled", "Hypertension", ""),
            ("Type 2 diabetes without complications, Gout", "Gout", ""),
            ("Patient denies Diabetes, Gout", "Gout", "N"),
            ("Nodule of the lung", "lung", ""),
            ("Anemia, not otherwise specified", "Anemia", ""),
            // Unsure.
            ("Rule out pneumonia", "pneumonia", "U"),
            ("R/O pneumonia", "pneumonia", "U"),
            ("Possible gout", "gout", "U"),
            ("?pneumonia", "pneumonia", "U"),
            ("Gout?", "Gout", "U"),
            ("Pneumonia cannot be excluded", "Pneumonia", "U"),
            ("Pneumonia not ruled out", "Pneumonia", "U"),
            ("Pneumonia vs. bronchitis", "bronchitis", "U"),
            ("Pneumonia vs. bronchitis", "Pneumonia", "U"),
            ("Call as soon as possible about gout", "gout", ""),
            // Not yet.
            ("Return for chest pain", "pain", "H"),
            ("At risk for falls", "falls", "H"),
            ("Colonoscopy recommended", "Colonoscopy", "H"),
            // Past.
            ("History of asthma", "asthma", "P"),
            ("H/o gout", "gout", "P"),
            ("s/p appendectomy", "appendectomy", "P"),
            ("Measles as a child", "Measles", "P"),
            ("History of gout, now presents with cough", "cough", ""),
            ("58 year old with gout", "gout", ""),
            // Another's.
            ("Father: MI at 55", "MI", "O"),
            ("Mother with diabetes, sister with gout", "gout", "O"),
            ("Diabetes in her mother", "Diabetes", "O"),
            ("Family history of gout. Asthma.", "Asthma", ""),
            ("Family history of gout. Asthma.", "gout", "O"),
            ("Mother states he has asthma", "asthma", ""),
            ("Lives with wife. Gout", "Gout", ""),
            ("Father had gout but patient has asthma", "asthma", ""),
            // Given up.
            ("Discontinued lisinopril", "lisinopril", "S"),
            ("Lisinopril 10 mg - discontinued", "Lisinopril", "S"),
            ("Denies taking aspirin", "aspirin", "S"),
            ("Stopped lisinopril, started losartan", "losartan", ""),
            ("Amoxicillin until finished", "Amoxicillin", ""),
        ];
        let wrong: Vec<_> = table.into_iter().map(|(text, word, want)| (text, word, want, of(text, word))).filter(|t| t.2 != t.3).collect();
        assert!(wrong.is_empty(), "sentence, word, wanted, got: {wrong:#?}");
    }

    #[test]
    fn what_is_the_patients_own_is_kept() {
        let context = embedded();
        for (text, want, doubtful) in [
            ("Asthma", Some("Asthma"), false),
            ("History of asthma", Some("History of asthma"), false),
            ("Diabetes without complications", Some("Diabetes without complications"), false),
            ("Denies any problem other than asthma", Some("asthma"), true),
            ("No asthma, gout", None, false),
            ("Father: MI at 55", None, false),
            ("Possible gout", Some("Possible gout"), true),
            ("None", None, false),
            ("- . ,", None, false),
            ("", None, false),
        ] {
            let words: Vec<&str> = text.split_whitespace().collect();
            let own = context.own(&words, &context.assess(&words, &[]));
            assert_eq!(own.as_ref().map(|o| words[o.words.clone()].join(" ")), want.map(str::to_owned), "{text}");
            assert_eq!(own.is_some_and(|o| o.doubt > 0.0), doubtful, "{text}");
        }
    }

    #[test]
    fn an_item_ends_the_reach_of_the_one_before() {
        let words = ["No", "asthma", "Gout"];
        let context = embedded();
        assert!(context.assess(&words, &[])[2].is(Aspect::Negated));
        assert!(!context.assess(&words, &[2])[2].is(Aspect::Negated));
    }

    #[test]
    fn wrong_lists_are_refused() {
        let text = include_str!("../../config/context.toml");
        assert!(Context::parse(&text.replace("[stopped]", "[given-up]")).is_err());
        assert!(Context::parse(&text.replace("\"denies\"", "\"...\"")).is_err());
        assert!(Context::parse(&text.replace("\"denies\"", "\"denies. It\"")).is_err());
    }
}
