//! The label vocabulary, and where its wordings stand on a page. What stands beside them is found in [`super::pairs`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::names::People;
use super::sheet::Token;
use super::text::{Wording, fold};
use crate::extract::vocabulary::{VocabularyError, from_toml};

/// What a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// A whole name.
    Name,
    /// A family name alone.
    Family,
    /// A first name, perhaps with the middle one.
    Given,
    /// A middle name or initial.
    Middle,
    /// A date of birth.
    Birth,
    /// A date of birth and a sex, in this order.
    BirthGender,
    /// A sex.
    Gender,
    /// An age and a sex.
    AgeGender,
    /// The number of a chart.
    Mrn,
    /// A social security number.
    Ssn,
    /// A telephone of unsaid kind.
    Phone,
    /// A telephone at home.
    HomePhone,
    /// A mobile telephone.
    CellPhone,
    /// An e-mail address.
    Email,
    /// An address, perhaps with city, state and postal code.
    Address,
    /// House and street.
    Street,
    /// Apartment.
    StreetMore,
    /// City.
    City,
    /// State.
    State,
    /// Postal code.
    Zip,
    /// City, state and postal code together.
    CityStateZip,
    /// Marital status.
    Marital,
    /// Language.
    Language,
    /// How two persons are related.
    Relationship,
    /// An insurer or plan.
    Payor,
    /// The same, in words that say so only under a heading of insurance.
    PayorInSection,
    /// A number of radiology's films.
    FilmNo,
    /// The number of an insured person.
    MemberId,
    /// A number that is the plan's or the chart's, as the place says.
    Id,
    /// The number of a group.
    Group,
    /// A date of unsaid meaning.
    Date,
    /// Day of a visit.
    VisitDate,
    /// Day of admission.
    AdmitDate,
    /// Day of discharge.
    DischargeDate,
    /// Day of a report.
    ReportedDate,
    /// Day of dictation.
    DictatedDate,
    /// Day of typing.
    TranscribedDate,
    /// Day of signature.
    SignedDate,
    /// Day of the last change of a list.
    UpdatedDate,
    /// Day of a request.
    RequestDate,
    /// Day of an operation or examination.
    ProcedureDate,
    /// Day on which a specimen was taken.
    CollectedDate,
    /// Day on which a specimen came in.
    ReceivedDate,
    /// Day of printing.
    PrintedDate,
    /// A date that no field wants.
    OtherDate,
    /// A physician or other provider.
    Provider,
    /// The number of a provider.
    Npi,
    /// The signature of a provider.
    Signature,
    /// The house that made the paper.
    Organization,
    /// Something that no field wants.
    Other,
}

/// Whose value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Owner {
    /// The patient.
    Patient,
    /// Who pays.
    Guarantor,
    /// Emergency contact or next of kin.
    Emergency,
    /// Who holds the policy.
    Subscriber,
    /// The person on an insurance card.
    Member,
    /// Husband or wife.
    Spouse,
    /// Mother, father or guardian.
    Parent,
    /// The primary plan.
    Insurance,
    /// Another plan.
    Secondary,
    /// Author or signer.
    Author,
    /// Attending physician.
    Attending,
    /// Surgeon.
    Surgeon,
    /// Ordering physician.
    Ordering,
    /// Referring physician.
    Referring,
    /// Primary care physician.
    PrimaryCare,
    /// A provider that no field wants.
    OtherProvider,
    /// The house.
    Facility,
    /// Somebody or something else.
    Other,
}

impl Owner {
    /// Whether it is a physician or another provider.
    pub(crate) fn is_provider(self) -> bool {
        matches!(
            self,
            Self::Author | Self::Attending | Self::Surgeon | Self::Ordering | Self::Referring | Self::PrimaryCare | Self::OtherProvider
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    label: Vec<LabelEntry>,
    heading: Vec<HeadingEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelEntry {
    what: What,
    owner: Option<Owner>,
    #[serde(default)]
    colon: bool,
    #[serde(default)]
    under: bool,
    texts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadingEntry {
    owner: Owner,
    texts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Label {
    what: What,
    owner: Option<Owner>,
    colon: bool,
    under: bool,
    words: usize,
    wording: Wording,
    /// Its place in the list.
    index: usize,
}

/// The labels and headings of `config/labels.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Labels {
    labels: Vec<Label>,
    exact: BTreeMap<String, usize>,
    by_initial: BTreeMap<char, Vec<usize>>,
    /// Labels by what worn type leaves of them; `None` where two meanings are left alike.
    by_blur: BTreeMap<String, Option<usize>>,
    headings: Vec<(Owner, Wording)>,
}

/// A label found among a segment's tokens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// What it announces.
    pub what: What,
    /// Whose, where the wording says so.
    pub owner: Option<Owner>,
    /// First token.
    pub from: usize,
    /// Behind the last token, remarks in brackets included.
    pub to: usize,
    /// How well it matched, 0.0–1.0.
    pub similarity: f32,
    /// Whether a colon closes it.
    pub colon: bool,
    /// Whether it may stand under its value.
    pub under: bool,
    /// Index of its wording in the list.
    pub label: usize,
}

/// A longer wording is read with slips over a shorter one to the letter only if it matches so well.
const OVER_EXACT: f32 = 0.86;
/// What a match by the traces of worn type is worth.
const WORN: f32 = 0.87;
/// Longest wording in words.
const LONGEST: usize = 9;

impl Labels {
    /// Reads the list's text.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let file: File = from_toml("labels.toml", text)?;
        let mut out = Self::default();
        for entry in &file.label {
            for text in &entry.texts {
                let wording = Wording::new(text);
                let Some(initial) = wording.initial() else {
                    return Err(VocabularyError::Parse {
                        file: "labels.toml".to_owned(),
                        reason: format!("the label `{text}` holds no letter"),
                    });
                };
                let index = out.labels.len();
                if out
                    .exact
                    .insert(wording.folded().to_owned(), index)
                    .is_some_and(|other| out.labels[other].what != entry.what || out.labels[other].owner != entry.owner)
                {
                    return Err(VocabularyError::Parse {
                        file: "labels.toml".to_owned(),
                        reason: format!("the label `{text}` stands there with two meanings"),
                    });
                }
                out.by_initial.entry(initial).or_default().push(index);
                let blur = out.by_blur.entry(wording.blurred()).or_insert(Some(index));
                if blur
                    .is_some_and(|other| other != index && (out.labels[other].what != entry.what || out.labels[other].owner != entry.owner))
                {
                    *blur = None;
                }
                let words = text.split_whitespace().count();
                out.labels.push(Label {
                    what: entry.what,
                    owner: entry.owner,
                    colon: entry.colon,
                    under: entry.under,
                    words,
                    wording,
                    index,
                });
            }
        }
        out.headings = file.heading.iter().flat_map(|h| h.texts.iter().map(|t| (h.owner, Wording::new(t)))).collect();
        Ok(out)
    }

    /// The best label that these tokens are from first to last, with its similarity.
    fn best(&self, tokens: &[Token], exact_only: bool) -> Option<(&Label, f32)> {
        let read = Wording::new(&tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" "));
        if let Some(&index) = self.exact.get(read.folded()) {
            return Some((&self.labels[index], 1.0));
        }
        if exact_only || read.folded().chars().count() < 3 {
            return None;
        }
        let near = self.by_initial.get(&read.initial()?).map_or(&[][..], Vec::as_slice);
        let mut best: Option<(&Label, f32)> = None;
        for &index in near {
            let label = &self.labels[index];
            if label.words.abs_diff(tokens.len()) > 1 {
                continue;
            }
            let similarity = label.wording.similarity(&read);
            // A label that would have lost a whole word is more likely a value: `Medicare` is not `Medicare no.`
            let least = if label.words > tokens.len() { 0.88 } else { 0.75 };
            if similarity > least && best.is_none_or(|(_, b)| similarity > b) {
                best = Some((label, similarity));
            }
        }
        // Worn type: only where a colon says that a label ends here.
        let closed = tokens.last().is_some_and(|t| ends_with_colon(&t.text));
        let worn = || self.by_blur.get(&read.blurred()).copied().flatten().map(|k| (&self.labels[k], WORN));
        if closed && best.is_none_or(|(_, s)| s < WORN) { worn().or(best) } else { best }
    }

    /// The label that a whole segment is to the letter, though it lacks the colon that it wants elsewhere.
    pub(crate) fn bare(&self, tokens: &[Token]) -> Option<Hit> {
        let (label, similarity) = self.best(tokens, true).filter(|(label, _)| label.colon)?;
        Some(Hit {
            what: label.what,
            owner: label.owner,
            from: 0,
            to: tokens.len(),
            similarity,
            colon: false,
            under: label.under,
            label: label.index,
        })
    }

    /// The wording of a label, folded.
    pub(crate) fn wording(&self, label: usize) -> &str {
        self.labels[label].wording.folded()
    }

    /// Finds the labels of one segment, left to right, without overlap.
    pub(crate) fn find(&self, tokens: &[Token], people: &People, prose: bool) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let lead = tokens.iter().position(|t| opens(&t.text)).unwrap_or(0);
        let mut at = 0;
        while at < tokens.len() {
            match self.hit_at(tokens, at, at <= lead, &hits, people, prose) {
                Some(hit) => {
                    at = hit.to;
                    hits.push(hit);
                }
                None => at += 1,
            }
        }
        hits
    }

    fn hit_at(&self, tokens: &[Token], at: usize, first: bool, before: &[Hit], people: &People, prose: bool) -> Option<Hit> {
        if !tokens[at].text.chars().any(char::is_alphabetic) {
            return None;
        }
        let mut chosen: Option<(&Label, f32, usize)> = None;
        // A colon or a wide gap ends every label.
        let most = (1..=LONGEST.min(tokens.len() - at)).take_while(|n| *n == 1 || !ends_with_colon(&tokens[at + n - 2].text)).last()?;
        for n in (1..=most).rev() {
            let window = &tokens[at..at + n];
            // The last word of a label holds a letter or a sign for number.
            if !window[n - 1].text.chars().any(|c| c.is_alphabetic() || c == '#')
                && !matches!(window[n - 1].text.as_str(), ":" | "/")
                && !(numbered(&window[n - 1].text)
                    && (at + n == tokens.len() || ends_with_colon(&window[n - 1].text))
                    && self.best(window, true).is_some())
            {
                continue;
            }
            if let Some((label, similarity)) = self.best(window, false) {
                let exact = similarity >= 0.999;
                if chosen.is_none_or(|(_, s, _)| exact && s < OVER_EXACT) {
                    chosen = Some((label, similarity, n));
                }
                if exact || similarity >= OVER_EXACT {
                    break;
                }
            }
        }
        let (label, similarity, length) = chosen?;
        let mut to = at + length;
        let mut colon = ends_with_colon(&tokens[to - 1].text) || tokens[to - 1].text.ends_with('#');
        to = past_remark(tokens, to, people, &mut colon);
        while tokens.get(to).is_some_and(|t| matches!(t.text.as_str(), ":" | ";" | "-:" | "#" | "#:" | ".:")) {
            colon = true;
            to += 1;
        }
        let hit = Hit { what: label.what, owner: label.owner, from: at, to, similarity, colon, under: label.under, label: label.index };
        let folded = label.wording.folded();
        let alone = to >= tokens.len();
        // `Wife Phone:` is an answer and a label, not the telephone of the wife.
        let kin = |text: &str| people.relationships.iter().any(|r| fold(r) == fold(text));
        if length > 1 && similarity < 0.999 && kin(&tokens[at].text) {
            return None;
        }
        if colon {
            return (!prose || first || similarity > 0.9).then_some(hit);
        }
        // `DOB 9/22/1967`, `MRN 123456` anywhere: the value says what it is.
        let many = |t: &Token| t.text.chars().filter(char::is_ascii_digit).count() >= 3;
        let prefix = |t: &Token| t.text.len() <= 4 && t.text.chars().all(|c| c.is_ascii_uppercase());
        let digits = tokens.get(to).is_some_and(|t| many(t) || (prefix(t) && tokens.get(to + 1).is_some_and(many)));
        // `Boise, ID 83704` is a state.
        let state = label.what == What::Id && tokens.get(to).is_some_and(|t| super::values::zip(&t.text).is_some());
        if digits
            && !state
            && matches!(label.what, What::Birth | What::Mrn | What::Ssn | What::Npi | What::Id | What::MemberId)
            && similarity > 0.9
        {
            return Some(hit);
        }
        if label.colon {
            return None;
        }
        // `Medical Plaza` is no `medical plan`: words that names of places hold are labels only as they are printed.
        if matches!(label.what, What::Payor | What::PayorInSection) && similarity < 0.9 {
            return None;
        }
        let relation = people.relationships.iter().any(|r| fold(r) == folded);
        // `Wife` is an answer, unless a name follows it.
        let named = tokens.len() >= to + 2
            && tokens[to..to + 2].iter().all(|t| t.text.chars().next().is_some_and(char::is_uppercase) && !ends_with_colon(&t.text));
        if relation && (alone || !named) {
            return None;
        }
        // A long wording is no accident, wherever its line goes on: `Whom shall we call if you are ill? Ann May`.
        if first && label.words >= 4 && folded.len() >= 14 && similarity > 0.9 {
            return Some(hit);
        }
        // `CITY OF ASHBY` is a name.
        if tokens.get(to).is_some_and(|t| fold(&t.text) == "of") {
            return None;
        }
        let capital = tokens[at].text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
        if prose || !capital {
            // Modern forms print their labels in small letters, alone before the entry.
            let least = if similarity > 0.999 { 3 } else { 5 };
            return (alone && first && !prose && similarity > 0.9 && folded.len() >= least).then_some(hit);
        }
        if first {
            return Some(hit);
        }
        // Within a segment without a colon: only behind another label, and not for words that names and addresses hold.
        let led = !before.is_empty();
        let weak = folded.len() <= 2
            || folded == "dr"
            || relation
            || matches!(label.what, What::StreetMore | What::Payor | What::PayorInSection)
            || (label.what == What::Street && label.words == 1)
            || (label.what == What::Other && label.words == 1 && !alone);
        let sure = similarity > 0.999 || folded.len() >= 8;
        (led && !weak && sure).then_some(hit)
    }

    /// Whose data follow this line, if it is a heading.
    pub(crate) fn heading(&self, tokens: &[Token]) -> Option<(Owner, f32)> {
        let lead = tokens.iter().position(|t| opens(&t.text))?;
        let end = tokens.iter().position(|t| t.text.starts_with('(')).filter(|e| *e > lead).unwrap_or(tokens.len());
        if end - lead > 8 {
            return None;
        }
        let read = Wording::new(&tokens[lead..end].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" "));
        let best = self.headings.iter().map(|(owner, wording)| (*owner, wording.similarity(&read))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        (best.1 > 0.8).then_some(best)
    }
}

fn ends_with_colon(text: &str) -> bool {
    text.ends_with(':') || text.ends_with(":.") || text.ends_with(":_")
}

/// Whether a word numbers what stands before it: `INS 2`.
fn numbered(text: &str) -> bool {
    let bare = text.trim_end_matches(':');
    bare.len() == 1 && bare.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a token opens the text of a segment: numbers of items, bullets and scraps of logos do not.
fn opens(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 || (letters == 1 && ends_with_colon(text))
}

/// Passes over a remark in brackets behind a label: `(mark one)`, `(MM DD YYYY)`.
fn past_remark(tokens: &[Token], at: usize, people: &People, colon: &mut bool) -> usize {
    if !tokens.get(at).is_some_and(|t| t.text.starts_with(['(', '[', '{'])) {
        return at;
    }
    let Some(length) = tokens[at..].iter().take(9).position(|t| t.text.trim_end_matches([':', '.']).ends_with([')', ']', '}'])) else {
        return at;
    };
    let inside = &tokens[at..=at + length];
    let value = inside.iter().any(|t| t.text.chars().any(|c| c.is_ascii_digit()))
        || !inside.iter().any(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 2)
        || inside.len() == 1
            && (super::values::choice(&inside[0].text, &people.gender).is_some()
                || super::values::choice(&inside[0].text, &people.marital).is_some());
    if value {
        return at;
    }
    *colon |= inside.last().is_some_and(|t| t.text.ends_with(':'));
    at + length + 1
}

#[cfg(test)]
pub(crate) fn labels() -> Labels {
    Labels::parse(include_str!("../../../config/labels.toml")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::super::names::people;
    use super::super::sheet::tokens_of_text;
    use super::*;

    fn found(text: &str) -> Vec<(What, String)> {
        let tokens = tokens_of_text(text);
        labels()
            .find(&tokens, &people(), false)
            .into_iter()
            .map(|h| (h.what, tokens[h.from..h.to].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")))
            .collect()
    }

    #[test]
    fn labels_are_found_in_their_places() {
        let table: [(&str, &[(What, &str)]); 18] = [
            ("Name: Karen Koch DOB: 9/22/1967", &[(What::Name, "Name:"), (What::Birth, "DOB:")]),
            ("DOB:9/22/1967", &[(What::Birth, "DOB:")]),
            ("Birth date 07/28/1978 Age 38 S.S. # 745-43-5299", &[(What::Birth, "Birth date"), (What::Ssn, "S.S. #")]),
            ("City Billings State MT Zip 59102", &[(What::City, "City"), (What::State, "State"), (What::Zip, "Zip")]),
            ("DATE OF BIRTH (MM DD YYYY)", &[(What::Birth, "DATE OF BIRTH (MM DD YYYY)")]),
            ("Date of birth Sex", &[(What::BirthGender, "Date of birth Sex")]),
            ("Dale of blrth: 07/28/1978", &[(What::Birth, "Dale of blrth:")]),
            ("Patient Nash, Ogden", &[(What::Name, "Patient")]),
            ("8. Whom shall we call if you are ill? Ann May", &[(What::Name, "Whom shall we call if you are ill?")]),
            ("4427 N. 3rd Dr., Apt 17A, Bend, OR 97701", &[]),
            ("Husband", &[]),
            ("Relation Spouse", &[(What::Relationship, "Relation")]),
            ("MED REC WO: 1044591", &[(What::Mrn, "MED REC WO:")]),
            ("SSH: 774-34-9287", &[(What::Ssn, "SSH:")]),
            ("NONE", &[]),
            ("Wife Phone: 406-555-0175", &[(What::Phone, "Phone:")]),
            ("Wife's phone: 406-555-0175", &[(What::Phone, "Wife's phone:")]),
            ("seen today by phone, his name is not known", &[]),
        ];
        for (text, want) in table {
            let want: Vec<(What, String)> = want.iter().map(|(w, t)| (*w, (*t).to_owned())).collect();
            assert_eq!(found(text), want, "{text}");
        }
    }

    #[test]
    fn headings_say_whose_data_follow() {
        let labels = labels();
        let table = [
            ("3. PERSON TO CALL IN AN EMERGENCY", Some(Owner::Emergency)),
            ("RESPONSIBLE PARTY (if other than patient)", Some(Owner::Guarantor)),
            ("1NSURANCE", Some(Owner::Insurance)),
            ("Walters", None),
        ];
        for (text, want) in table {
            assert_eq!(labels.heading(&tokens_of_text(text)).map(|h| h.0), want, "{text}");
        }
    }

    #[test]
    fn a_list_with_two_meanings_is_refused() {
        let text = "[[label]]\nwhat = \"name\"\ntexts = [\"pt\"]\n[[label]]\nwhat = \"mrn\"\ntexts = [\"PT.\"]\n[[heading]]\nowner = \"patient\"\ntexts = []\n";
        assert!(Labels::parse(text).is_err_and(|e| e.to_string().contains("two meanings")));
    }
}
