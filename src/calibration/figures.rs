//! What a model comes to on labelled values: overall, and by field, kind of document, quality of the picture and class.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::metrics::{self, Bin, Coverage, Judged};
use super::sample::{Sample, Set};
use super::thresholds::Thresholds;
use crate::confidence::Class;
use crate::model::Field;

/// What a model says of the values of a set.
pub(super) struct Judgement<'s> {
    pub set: &'s Set,
    /// The probability of each value; `None` where no model speaks that has not seen its layout.
    pub probabilities: Vec<Option<f64>>,
    /// Whether it is accepted.
    pub accepted: Vec<bool>,
    /// The same with thresholds that were chosen without its layout, too.
    pub nested: Vec<bool>,
}

/// Figures of some values. Shares are `None` where there is nothing to share.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Judged values.
    pub values: usize,
    /// Right ones among them.
    pub right: usize,
    /// Accepted ones.
    pub accepted: usize,
    /// Wrong ones among the accepted.
    pub wrong: usize,
    /// Accepted with thresholds chosen without the layout, too.
    pub nested_accepted: usize,
    /// Wrong ones among these.
    pub nested_wrong: usize,
    /// Values in truth, where it is known what there is.
    pub truth: Option<usize>,
    /// Right values among `nested_accepted`: what goes straight through.
    pub through: usize,
    /// Brier score.
    pub brier: Option<f64>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// Area under the receiver operating characteristic of the confidence.
    pub auroc: Option<f64>,
    /// The same of the words' mean confidence alone.
    pub auroc_of_words: Option<f64>,
}

/// Figures of one part of the values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which part.
    pub name: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A class with its thresholds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    /// The class.
    pub class: Class,
    /// Threshold of values that one engine read; `None`: never accepted.
    pub alone: Option<f64>,
    /// Threshold of values that both engines read.
    pub both: Option<f64>,
    /// Layouts that accepted values come from.
    pub layouts: usize,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Everything that is said of a model on one archive; texts of sections are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFigures {
    /// Documents.
    pub documents: usize,
    /// Layouts that they follow.
    pub layouts: usize,
    /// Labelled values of which no model speaks that has not seen their layout.
    pub unjudged: usize,
    /// Of all values.
    pub all: Figures,
    /// Of fields that say who the patient is, how to reach them and who pays.
    pub demographics: Figures,
    /// Reliability, ten bins.
    pub reliability: Vec<Bin>,
    /// How much could be accepted at a share of wrong values.
    pub risk_coverage: Vec<Coverage>,
    /// The steps of the curve: share accepted, share of wrong ones among them.
    #[serde(skip)]
    pub curve: Vec<(f64, f64)>,
    /// By class.
    pub classes: Vec<ClassRow>,
    /// By field.
    pub fields: Vec<Row>,
    /// By kind of document, as the machine took it.
    pub kinds: Vec<Row>,
    /// By quality of the picture.
    pub qualities: Vec<Row>,
    /// Demographics by quality of the picture.
    pub demographics_by_quality: Vec<Row>,
    /// By layout.
    pub layouts_apart: Vec<LayoutRow>,
}

/// The figures of a layout.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayoutRow {
    /// The layout.
    pub name: String,
    /// Of all fields.
    pub all: Figures,
    /// Of demographics.
    pub demographics: Figures,
}

/// Whether values of a document (its place in the set) and a field belong to a part.
type Part<'p> = &'p dyn Fn(usize, Field) -> bool;

impl Judgement<'_> {
    /// Everything there is to say.
    pub fn run(&self, alone: &Thresholds, both: &Thresholds) -> RunFigures {
        let set = self.set;
        let all = |_: usize, field: Field| field.section().is_none();
        let judged: Vec<Judged> = self.counted().map(|(at, sample)| self.judged(at, sample)).collect();
        let fields: BTreeSet<Field> = self.counted().map(|(_, sample)| sample.field).collect();
        let qualities: BTreeSet<&String> = set.documents.iter().map(|document| &document.quality).collect();
        let kinds: BTreeSet<_> = set.documents.iter().map(|document| document.kind).collect();
        let demographics = |_: usize, field: Field| field.is_demographic();
        let within = |whole: Part<'_>, part: Part<'_>| self.figures(&|at, field| whole(at, field) && part(at, field));
        let row = |name: String, part: Part<'_>| Row { name, figures: within(&all, part) };
        let of_quality = |name: &String, at: usize| &set.documents[at].quality == name;
        let steps = metrics::steps(&judged);
        RunFigures {
            documents: set.documents.len(),
            layouts: set.layouts.len(),
            unjudged: set.samples.iter().zip(&self.probabilities).filter(|(sample, p)| sample.counts() && p.is_none()).count(),
            all: self.figures(&all),
            demographics: self.figures(&demographics),
            reliability: metrics::reliability(&judged),
            risk_coverage: metrics::risk_coverage(&judged, self.truth(&all)),
            curve: steps.into_iter().map(|(_, n, wrong)| (n as f64 / judged.len().max(1) as f64, wrong as f64 / n as f64)).collect(),
            classes: self.classes(alone, both),
            fields: fields.into_iter().map(|field| row(field.to_string(), &|_, other| other == field)).collect(),
            kinds: kinds.into_iter().map(|kind| row(kind.display().to_owned(), &|at, _| set.documents[at].kind == kind)).collect(),
            demographics_by_quality: (qualities.iter())
                .map(|&name| Row { name: name.clone(), figures: within(&demographics, &|at, _| of_quality(name, at)) })
                .collect(),
            qualities: qualities.into_iter().map(|name| row(name.clone(), &|at, _| of_quality(name, at))).collect(),
            layouts_apart: (set.layouts.iter().enumerate())
                .map(|(layout, name)| {
                    let part = |at: usize, _: Field| set.documents[at].layout == layout;
                    LayoutRow { name: name.clone(), all: within(&all, &part), demographics: within(&demographics, &part) }
                })
                .collect(),
        }
    }

    /// Figures of the values of one regime.
    pub fn of_regime(&self, both: bool) -> Figures {
        let keep = |sample: &Sample| sample.counts() && sample.both == both;
        self.figures_of(&|_, field| field.section().is_none(), keep)
    }

    fn classes(&self, alone: &Thresholds, both: &Thresholds) -> Vec<ClassRow> {
        let mut layouts: BTreeMap<Class, BTreeSet<usize>> = BTreeMap::new();
        for (_, sample) in self.counted().filter(|(at, _)| self.accepted[*at]) {
            layouts.entry(sample.class).or_default().insert(sample.layout);
        }
        let known = |thresholds: &Thresholds, class: Class| thresholds.get(&class).copied().filter(|&threshold| threshold <= 1.0);
        let row = |class: Class| ClassRow {
            class,
            alone: known(alone, class),
            both: known(both, class),
            layouts: layouts.get(&class).map_or(0, BTreeSet::len),
            figures: self.figures(&|_, field| Class::of(field) == class),
        };
        Class::ALL.into_iter().filter(|&class| class != Class::Sections).map(row).collect()
    }

    /// Values that figures count, with their places.
    fn counted(&self) -> impl Iterator<Item = (usize, &Sample)> {
        self.set.samples.iter().enumerate().filter(|(at, sample)| sample.counts() && self.probabilities[*at].is_some())
    }

    fn truth(&self, part: Part<'_>) -> Option<usize> {
        let count = |(at, wanted): (usize, &Vec<Field>)| wanted.iter().filter(|&&field| part(at, field)).count();
        let wanted: Option<Vec<&Vec<Field>>> = self.set.documents.iter().map(|document| document.wanted.as_ref()).collect();
        Some(wanted?.into_iter().enumerate().map(count).sum())
    }

    /// Probabilities as fields.csv states them, with four decimals.
    fn judged(&self, at: usize, sample: &Sample) -> Judged {
        Judged { probability: (self.probabilities[at].unwrap_or(0.0) * 1e4).round() / 1e4, right: sample.right }
    }

    fn figures(&self, part: Part<'_>) -> Figures {
        self.figures_of(part, |_| true)
    }

    fn figures_of(&self, part: Part<'_>, keep: impl Fn(&Sample) -> bool) -> Figures {
        let mine: Vec<(usize, &Sample)> =
            self.counted().filter(|(_, sample)| part(sample.document, sample.field) && keep(sample)).collect();
        let count = |takes: &dyn Fn(usize, &Sample) -> bool| mine.iter().filter(|(at, sample)| takes(*at, sample)).count();
        let judged: Vec<Judged> = mine.iter().map(|(at, sample)| self.judged(*at, sample)).collect();
        let words: Vec<Judged> = mine.iter().map(|(_, sample)| Judged { probability: sample.word_mean, right: sample.right }).collect();
        Figures {
            values: mine.len(),
            right: count(&|_, sample| sample.right),
            accepted: count(&|at, _| self.accepted[at]),
            wrong: count(&|at, sample| self.accepted[at] && !sample.right),
            nested_accepted: count(&|at, _| self.nested[at]),
            nested_wrong: count(&|at, sample| self.nested[at] && !sample.right),
            truth: self.truth(part),
            through: count(&|at, sample| self.nested[at] && sample.right),
            brier: metrics::brier(&judged),
            calibration_error: metrics::calibration_error(&judged),
            auroc: metrics::auroc(&judged),
            auroc_of_words: metrics::auroc(&words),
        }
    }
}

/// A share, or nothing where there is nothing to share.
pub(super) fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}
