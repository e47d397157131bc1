//! From values that were checked to a certificate: which labels count, class by class, and what the sequence of tests says of them.
//!
//! * **Population.** Values that no rule bars, of whatever score: what would be accepted if the threshold fell to nothing. The grid of candidates is laid
//!   over their scores before a label is looked at.
//! * **Labels.** Of a document and field one value at most, drawn by a seeded hash: values of one page share its faults, and counting them all would
//!   overstate what is known.
//! * **Items.** A component is accepted only if its item's leading text is. Where that is of another class, its class is certified first, and the
//!   component's class among those values alone whose lead is then accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::ClassCertificate;
use super::sequence::{self, Label, Outcome};
use super::{Class, lead};
use crate::model::{DecidedValue, DocumentKind, Field, Group, Origin, Sha256, Status};

/// What is to be promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    /// Share of wrong values, 0.0–1.0.
    pub target: f64,
    /// Probability that a class's promise is wrong.
    pub delta: f64,
    /// Share of wrong values that those who check find, 0.0–1.0.
    pub catch: f64,
    /// Seed of the draw.
    pub seed: u64,
}

/// A document with its values as [`super::open`] leaves them, and what is known of each.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its name and digest, or whatever tells it from others: the draw depends on it.
    pub name: String,
    /// Its kind.
    pub kind: DocumentKind,
    /// Form and captures.
    pub origin: Origin,
    /// The values that no rule bars.
    pub candidates: Vec<Candidate>,
}

/// A value that may be accepted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its field.
    pub field: Field,
    /// Its item.
    pub item: Option<u32>,
    /// Its score.
    pub score: f64,
    /// Score and class of its item's leading text, where that is another value.
    pub lead: Option<(Class, f64)>,
    /// Whether it was checked, and wrong.
    pub wrong: Option<bool>,
}

/// Takes the values that no rule bars out of a document that [`super::open`] has seen; `checked` says which were wrong, in their order.
pub fn candidates(values: &[DecidedValue], checked: &[Option<bool>]) -> Vec<Candidate> {
    let lead_of = |group: Group, item: Option<u32>| values.iter().find(|v| v.extracted.field == lead(group) && v.extracted.item == item);
    let candidate = |(value, wrong): (&DecidedValue, &Option<bool>)| {
        let found = &value.extracted;
        let lead = found.field.group().filter(|&group| lead(group) != found.field).and_then(|group| lead_of(group, found.item));
        Candidate {
            field: found.field,
            item: found.item,
            score: value.confidence.get(),
            lead: lead.map(|lead| (Class::of(lead.extracted.field), lead.confidence.get())),
            wrong: *wrong,
        }
    };
    values.iter().zip(checked).filter(|(value, _)| value.status == Status::Accepted).map(candidate).collect()
}

/// What was shown, class by class, and the forms that the classes speak of. A class without a single value in the papers is left out.
pub fn certify(papers: &[Paper], promise: &Promise) -> (BTreeMap<Class, ClassCertificate>, Vec<BTreeSet<String>>) {
    let mut shown: BTreeMap<Class, ClassCertificate> = BTreeMap::new();
    let mut forms: Vec<BTreeSet<String>> = Vec::new();
    // Classes of leading texts come first: others are asked only of what they let through.
    let leads: BTreeSet<Class> =
        [Group::Condition, Group::Medication, Group::Allergy, Group::Observation, Group::Immunization, Group::Procedure]
            .map(|group| Class::of(lead(group)))
            .into();
    let (first, then): (Vec<Class>, Vec<Class>) = Class::ALL.into_iter().partition(|class| leads.contains(class));
    for class in first.into_iter().chain(then) {
        let mine = |candidate: &&Candidate| Class::of(candidate.field) == class;
        let passes = |candidate: &&Candidate| {
            mine(candidate)
                && candidate
                    .lead
                    .is_none_or(|(other, score)| other == class || threshold(&shown, other).is_some_and(|least| score >= least))
        };
        let mut scores = Vec::new();
        let mut labels = Vec::new();
        let (mut kinds, mut captures, mut own_forms) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for paper in papers {
            let mut drawn: BTreeMap<Field, (Sha256, Label)> = BTreeMap::new();
            for candidate in paper.candidates.iter().filter(passes) {
                scores.push(candidate.score);
                let Some(wrong) = candidate.wrong else { continue };
                let ticket = Sha256::of(format!("{}\n{:?}\n{}\n{}", promise.seed, candidate.item, candidate.field, paper.name).as_bytes());
                let label = Label { score: candidate.score, wrong };
                drawn
                    .entry(candidate.field)
                    .and_modify(|kept| {
                        if ticket < kept.0 {
                            *kept = (ticket, label)
                        }
                    })
                    .or_insert((ticket, label));
            }
            if !drawn.is_empty() {
                kinds.insert(paper.kind);
                captures.extend(paper.origin.captures.iter().copied());
                let at = forms.iter().position(|form| *form == paper.origin.form).unwrap_or_else(|| {
                    forms.push(paper.origin.form.clone());
                    forms.len() - 1
                });
                own_forms.insert(at);
            }
            labels.extend(drawn.into_values().map(|(_, label)| label));
        }
        // A class whose leading texts were refused is there, and refused as well.
        if !papers.iter().any(|paper| paper.candidates.iter().any(|candidate| mine(&candidate))) {
            continue;
        }
        let grid = sequence::grid(&scores);
        let outcome = sequence::certify(&grid, &labels, promise.target, promise.delta, promise.catch);
        let fields = Field::ALL.iter().copied().filter(|&field| Class::of(field) == class).collect();
        shown.insert(class, ClassCertificate { fields, kinds, captures, forms: own_forms, grid, outcome });
    }
    (shown, forms)
}

fn threshold(shown: &BTreeMap<Class, ClassCertificate>, class: Class) -> Option<f64> {
    match shown.get(&class)?.outcome {
        Outcome::Certified { threshold, .. } => Some(threshold),
        Outcome::Refused { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMISE: Promise = Promise { target: 0.05, delta: 0.05, catch: 1.0, seed: 1 };

    fn candidate(field: Field, item: Option<u32>, score: f64, wrong: bool) -> Candidate {
        Candidate { field, item, score, lead: None, wrong: Some(wrong) }
    }

    fn papers(count: usize, of: impl Fn(usize) -> Vec<Candidate>) -> Vec<Paper> {
        let paper = |at: usize| Paper {
            name: format!("{at}.png"),
            kind: DocumentKind::ProgressNote,
            origin: Origin { form: [format!("label {}", at % 3)].into(), captures: [crate::model::Capture::Grey].into() },
            candidates: of(at),
        };
        (0..count).map(paper).collect()
    }

    #[test]
    fn one_value_of_a_document_and_field_counts() {
        // Twenty right values on each of 30 pages are 30 labels, not 600.
        let shown =
            certify(&papers(30, |_| (1..=20).map(|item| candidate(Field::AllergyText, Some(item), 0.9, false)).collect()), &PROMISE).0;
        let Outcome::Refused { checked, wrong, missing } = shown[&Class::Allergies].outcome else { panic!("certified by thirty pages") };
        assert_eq!((checked, wrong), (30, 0));
        assert_eq!(missing, sequence::fewest(0.05, 0.05) - 30);
        let more =
            certify(&papers(120, |_| (1..=20).map(|item| candidate(Field::AllergyText, Some(item), 0.9, false)).collect()), &PROMISE);
        let class = &more.0[&Class::Allergies];
        assert!(matches!(class.outcome, Outcome::Certified { checked: 120, wrong: 0, .. }), "{:?}", class.outcome);
        assert_eq!((more.1.len(), class.forms.len()), (3, 3));
        assert!(!more.0.contains_key(&Class::Identity), "nothing was there to certify");
    }

    #[test]
    fn the_draw_depends_on_the_seed_alone() {
        // One of two values a page is wrong: which of them counts is chance.
        let pages =
            papers(120, |_| vec![candidate(Field::AllergyText, Some(1), 0.9, false), candidate(Field::AllergyText, Some(2), 0.9, true)]);
        let wrong = |seed| match certify(&pages, &Promise { seed, ..PROMISE }).0[&Class::Allergies].outcome {
            Outcome::Refused { wrong, .. } | Outcome::Certified { wrong, .. } => wrong,
        };
        assert_eq!(wrong(1), wrong(1));
        assert!((1..20).map(wrong).collect::<BTreeSet<_>>().len() > 5);
        assert!((40..80).contains(&wrong(1)));
    }

    #[test]
    fn a_component_of_another_class_is_asked_only_of_what_its_lead_lets_through() {
        // Results are right, and wrong only where their test's name would not be accepted.
        let page = |at: usize| {
            let poor = at.is_multiple_of(4);
            let name = candidate(Field::ObservationText, Some(1), if poor { 0.5 } else { 0.95 }, poor);
            let value =
                Candidate { lead: Some((Class::Observations, name.score)), ..candidate(Field::ObservationValue, Some(1), 0.5, poor) };
            vec![name, value]
        };
        let shown = certify(&papers(400, page), &PROMISE).0;
        let Outcome::Certified { threshold, .. } = shown[&Class::Observations].outcome else {
            panic!("{:?}", shown[&Class::Observations].outcome)
        };
        assert!((threshold - 0.95).abs() < 1e-9);
        assert!(
            matches!(shown[&Class::Results].outcome, Outcome::Certified { checked: 300, wrong: 0, .. }),
            "{:?}",
            shown[&Class::Results].outcome
        );
    }
}
