//! Whole documents: their values in the order of the paper, what people add to them, a place that is read again.

use std::sync::PoisonError;

use super::desk::Answered;
use super::publish::Change;
use super::scene::opaque;
use super::typed::{self, Typed};
use super::{Station, fault, frame, readings, words};
use crate::imaging;
use crate::ledger::{Decision, Ledger};
use crate::model::{
    Circumstances, DecidedValue, DocumentRecord, Field, GreyPage, Item, ItemState, Outcome, PageLayout, PageNumber, PercentBox, Rect,
    Reviewer, Status, TextSource, ValueId, hex,
};
use crate::ocr::{EngineFactory, OcrSettings, PageSegmentation, TesseractFactory};
use crate::review::desk::{Amendment, DeskError, Given, Kept, Paper, PaperValue, ReadAgain, ReadThere, is_blind};

/// Air around a place that is read again, in heights of words; engines read letters badly that touch the edge.
const AIR: f32 = 0.8;
/// Dots per inch to which a place is brought before it is read.
const DPI: f32 = 300.0;

impl Station {
    /// A document as this reviewer may see it.
    pub(super) fn paper_of(&self, ledger: &Ledger, who: &Reviewer, record: &DocumentRecord) -> Answered<Paper> {
        let items = ledger.items_of(record.sha256, record.ordinal).map_err(fault)?;
        let waits = |item: &&Item| matches!(item.state, ItemState::Open | ItemState::Second | ItemState::Escalated);
        let hidden = self.hidden(ledger, record)?;
        let mut values = Vec::new();
        for (nth, value) in crate::export::in_order(&record.values).into_iter().enumerate() {
            let found = &value.extracted;
            let hides = hidden.contains(&(found.field, found.item));
            let id = ValueId::of(record, value);
            let asks = items.iter().filter(waits).find(|item| item.id == id && item.place == found.place && !is_blind(item.mode));
            // What is planted is no value of the document, and what only the lead may answer is no task here.
            let asks = asks.filter(|item| item.lane == crate::model::Lane::Queue && item.state == ItemState::Open && !hides);
            let layout = self.scenes.page(ledger, record, found.page).map_err(fault)?;
            let place = layout.as_deref().zip(found.place).and_then(|(layout, place)| on_picture(layout, place));
            values.push(PaperValue {
                task: match asks {
                    Some(item) => Some(self.task_of(ledger, who, item)?),
                    None => None,
                },
                field: found.field.as_str().to_owned(),
                label: words::label(found.field),
                item: found.item,
                page: found.page.get(),
                value: (!hides).then(|| found.value.clone()),
                // An accepted value that is asked blindly is a check, and looks like all that waits.
                status: if hides { Status::Review } else { value.status }.as_str().to_owned(),
                place,
                handle: self.handle(&id, nth),
            });
        }
        let joins = ledger.joins(record.sha256).map_err(fault)?;
        let pages = ledger.outline(&record.source).map_err(fault)?;
        let source_pages = pages
            .into_iter()
            .map(|page| {
                let document = page.document.map(|ordinal| opaque(record.sha256, ordinal)).unwrap_or_default();
                (page.number.get(), document, joins.get(&page.number).copied())
            })
            .collect();
        Ok(Paper {
            id: opaque(record.sha256, record.ordinal),
            kind: if super::task::kind_hidden(&hidden) { String::new() } else { record.kind.as_str().to_owned() },
            pages: record.pages.iter().map(|page| page.get()).collect(),
            source_pages,
            values,
            kinds: words::kinds(),
            fields: Field::ALL.iter().map(|&f| (f.as_str().to_owned(), words::label(f), f.group().is_some())).collect(),
        })
    }

    /// What names a value of a document for its page, and says nothing.
    fn handle(&self, id: &ValueId, nth: usize) -> String {
        let name = format!("handle\0{}\0{}\0{}\0{:?}\0{}\0{nth}\0{}", id.sha256, id.ordinal, id.page, id.item, id.field, id.machine_value);
        hex(&self.key.hash(&name)[..16])
    }

    fn handled<'r>(&self, record: &'r DocumentRecord, handle: &str) -> Option<&'r DecidedValue> {
        let values = crate::export::in_order(&record.values).into_iter().enumerate();
        values.into_iter().find(|(nth, value)| self.handle(&ValueId::of(record, value), *nth) == handle).map(|(_, value)| value)
    }

    /// Adds a value that was missed, or changes one that no item asks of.
    pub(super) fn amended(&self, who: &Reviewer, amendment: &Amendment) -> Answered<Kept> {
        let field = Field::parse(&amendment.field).ok_or(DeskError::Unknown)?;
        let page = PageNumber::new(amendment.page);
        let prepared = self.read(|ledger| {
            let record = self.document(ledger, &amendment.document)?;
            if !record.pages.contains(&page) {
                return Err(DeskError::Unknown);
            }
            let layout = self.scenes.page(ledger, &record, page).map_err(fault)?;
            let moved_to = match amendment.place {
                Some(drawn) => {
                    let place = layout.as_deref().and_then(|layout| frame::to_source(layout, drawn));
                    Some(place.ok_or_else(|| DeskError::Unclear("the box has no area on the page".to_owned()))?)
                }
                None => None,
            };
            let value = match &amendment.handle {
                Some(handle) => Some(self.handled(&record, handle).filter(|v| v.extracted.field == field).ok_or(DeskError::Unknown)?),
                None => None,
            };
            if self.hidden(ledger, &record)?.iter().any(|(hidden, item)| *hidden == field && (value.is_none() || *item == amendment.item)) {
                return Err(DeskError::Forbidden(
                    "this is being asked of people who must not see what was read; it can be changed when they have answered",
                ));
            }
            let asked = match value {
                Some(value) => {
                    let id = ValueId::of(&record, value);
                    let items = ledger.items_of(record.sha256, record.ordinal).map_err(fault)?;
                    items.into_iter().find(|i| {
                        i.id == id && i.place == value.extracted.place && i.state == ItemState::Open && i.lane == crate::model::Lane::Queue
                    })
                }
                None => None,
            };
            Ok((decision(who, &record, value, field, amendment, moved_to, self.rules.vocabulary())?, record, asked))
        })?;
        let (prepared, record, asked) = prepared;
        // What an item asks is answered through it.
        if let Some(item) = asked {
            let given = Given {
                id: item.name,
                version: item.version,
                outcome: amendment.outcome,
                value: amendment.value.clone(),
                rank: None,
                place: amendment.place,
                context: true,
                insist: amendment.insist,
                view: "document".to_owned(),
                note: String::new(),
                measured: crate::model::Measured::default(),
            };
            return crate::review::desk::Desk::answer(self, who, &given);
        }
        let decision = match prepared {
            Weighed::Ask(question) => return Ok(Kept { doubt: Some(question), ..Kept::default() }),
            Weighed::Keep(decision) => *decision,
        };
        let value = decision.value.clone();
        let open = self.write(|ledger| {
            ledger.decide(std::slice::from_ref(&decision)).map_err(fault)?;
            Ok(ledger.queue_counts(&who.name, super::now()).map_err(fault)?.open)
        })?;
        self.publisher.tell(Change::Document(record.sha256, record.ordinal));
        Ok(Kept { id: String::new(), value, open, doubt: None })
    }

    /// Reads a place again.
    pub(super) fn read_there(&self, place: &ReadAgain) -> Answered<ReadThere> {
        let field = Field::parse(&place.field).ok_or(DeskError::Unknown)?;
        let (record, layout) = self.read(|ledger| {
            let record = self.document(ledger, &place.document)?;
            // What is read there would be the machine's word.
            if self.hidden(ledger, &record)?.iter().any(|(hidden, _)| *hidden == field) {
                return Err(DeskError::Forbidden("the field is asked without sight of what was read: key what stands there"));
            }
            let layout = self.scenes.page(ledger, &record, PageNumber::new(place.page)).map_err(fault)?.ok_or(DeskError::Unknown)?;
            Ok((record, layout))
        })?;
        let source = frame::to_source(&layout, place.place);
        let area = source.and_then(|source| frame::on_page(&layout, source)).filter(|rect| rect.area() > 0.0);
        let area = area.ok_or_else(|| DeskError::Unclear("the box has no area on the page".to_owned()))?;
        let known = || {
            let words = readings::words_in(&layout, &area);
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let raw = if layout.reading.text_source == TextSource::TextLayer {
            known()
        } else {
            let page = self.picture(&record, &layout)?;
            let read = self.read_crop(&page, &layout, &area)?;
            if read.is_empty() { known() } else { read }
        };
        let value = Typed::new(field, &raw, self.rules.vocabulary()).value();
        Ok(ReadThere { raw, value })
    }

    fn read_crop(&self, page: &GreyPage, layout: &PageLayout, area: &Rect) -> Answered<String> {
        let kept = page.width as f32 / layout.reading.width.max(1) as f32;
        let area = area.grown(AIR * layout.unit);
        let cut = imaging::crop(page, &Rect::new(area.x * kept, area.y * kept, area.w * kept, area.h * kept));
        let dpi = (layout.reading.quality.dpi * kept).clamp(50.0, 600.0);
        let scale = (DPI / dpi).clamp(1.0, 4.0);
        let (width, height) = ((cut.width as f32 * scale) as u32, (cut.height as f32 * scale) as u32);
        let crop = imaging::resized(cut, width, height);
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if engine.is_none() {
            // A place that a person points at is one block of text.
            let settings = OcrSettings { page_segmentation: PageSegmentation::Block, ..self.settings.ocr.clone() };
            *engine = Some(TesseractFactory::new(&settings).and_then(|factory| factory.make()).map_err(fault)?);
        }
        let Some(engine) = engine.as_mut() else { return Ok(String::new()) };
        match engine.read(&crop, dpi * scale) {
            Ok(words) => Ok(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")),
            Err(error) => Err(fault(error)),
        }
    }
}

/// Where a box of the source lies on the upright picture, percent.
fn on_picture(layout: &PageLayout, place: PercentBox) -> Option<[f64; 4]> {
    let rect = frame::on_page(layout, place)?;
    Some(frame::percent(&rect, layout.reading.width as f32, layout.reading.height as f32))
}

enum Weighed {
    Ask(String),
    Keep(Box<Decision>),
}

/// What an amendment decides.
fn decision(
    who: &Reviewer,
    record: &DocumentRecord,
    value: Option<&DecidedValue>,
    field: Field,
    amendment: &Amendment,
    moved_to: Option<PercentBox>,
    vocabulary: &crate::extract::Vocabulary,
) -> Answered<Weighed> {
    let typed = Typed::new(field, &amendment.value, vocabulary);
    let keyed = matches!(amendment.outcome, Outcome::Verified | Outcome::Corrected);
    if amendment.value.chars().count() > typed::LONGEST || (keyed && typed.text().is_empty()) {
        return Err(DeskError::Unclear("a value is wanted".to_owned()));
    }
    if !keyed && value.is_none() {
        return Err(DeskError::Unclear("there is no value of which that could be said".to_owned()));
    }
    if amendment.outcome == Outcome::WrongDocument {
        return Err(DeskError::Unclear("say how the page joins the one before instead".to_owned()));
    }
    if keyed {
        if let Some(refusal) = typed::refusal(&typed) {
            return Err(DeskError::Unclear(refusal));
        }
        let objection = typed::objection(field, typed.text(), vocabulary, typed::this_year())
            .or_else(|| typed::conflict(field, &typed.value(), record, vocabulary));
        if let Some(objection) = objection.filter(|_| !amendment.insist) {
            return Ok(Weighed::Ask(objection));
        }
    }
    let id = match value {
        Some(value) => ValueId::of(record, value),
        None => ValueId {
            sha256: record.sha256,
            ordinal: record.ordinal,
            page: PageNumber::new(amendment.page),
            item: item_of(record, field, amendment.item),
            field,
            machine_value: String::new(),
        },
    };
    let place = value.and_then(|value| value.extracted.place);
    let (status, outcome, text) = match value {
        Some(value) if keyed && typed.is(&value.extracted.value) => (Status::Verified, Outcome::Verified, value.extracted.value.clone()),
        _ if keyed => (Status::Corrected, Outcome::Corrected, typed.value()),
        _ => (Status::Rejected, amendment.outcome, String::new()),
    };
    let circumstances = Circumstances {
        mode: "document".to_owned(),
        session: who.session.clone(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
        ..Circumstances::default()
    };
    let base = Decision::new(who.name.clone(), id, status, text);
    Ok(Weighed::Keep(Box::new(Decision { outcome: Some(outcome), place, moved_to, circumstances, ..base })))
}

/// The entry to which an added value belongs: the one that was named, else a new one, where the field repeats.
fn item_of(record: &DocumentRecord, field: Field, named: Option<u32>) -> Option<u32> {
    let group = field.group()?;
    let of_group = record.values.iter().filter(|v| v.extracted.field.group() == Some(group)).filter_map(|v| v.extracted.item);
    Some(named.unwrap_or_else(|| of_group.max().unwrap_or(0).saturating_add(1)))
}
