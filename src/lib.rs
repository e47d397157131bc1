//! chartlift turns folders of scanned paper medical records into reviewed, EHR-ready data.
//!
//! The rooms, in the order in which a page meets them; data flows one way. ARCHITECTURE.md says why.
//!
//! * [`model`]: the nouns that all rooms share. Imports nothing.
//! * [`cli`]: what may be typed: one file a subcommand, its arguments and a few lines of wiring. The only room that knows clap.
//! * [`settings`]: settings: flags > environment > file > defaults, validated once. Composes the settings structs of the other rooms.
//! * [`intake`]: folders to sources: walk, tell kinds by content, hash. Opens files read-only.
//! * [`decode`]: bytes to raw pages, in a limited child process of the same binary. The only room that parses files from outside.
//! * [`imaging`]: raw pages to upright, straight grey pages: turn, straighten, clean, blank?, rules, checkboxes, bar codes.
//! * [`ocr`]: page to words: the trait `OcrEngine`; libtesseract behind it, recorded and faulty engines for tests.
//! * [`layout`]: words to lines, segments, columns and ruled cells.
//! * [`lexicon`]: dictionaries of codes, names, places, drugs, vaccines; built in, or a site's own. Imports `model` alone.
//! * [`extract`]: layout to fields: kind of document, demographics, sections, items.
//! * [`confidence`]: extracted values to accepted or review, with reasons.
//! * [`calibration`]: truth to labels, labels to a confidence model and its figures. Imports `model` and `confidence`.
//! * [`patients`]: documents to people.
//! * [`ledger`]: the only room that knows SQL: sources, documents, pages, values, decisions, runs, audit.
//! * [`review`]: what people are asked: the queue, the sheets, the station with its screens and its server, the only room that listens.
//! * [`look`]: one document, or one value of it, in words.
//! * [`export`]: pure renderers of finished documents, and the one writer that puts bytes on disk.
//! * [`push`]: resources to a FHIR server: the only room that asks others by HTTP. Knows neither the ledger nor the archive.
//! * [`pipeline`]: the only room that knows the order: claim, stages, record; workers, resume, stop.
//! * [`report`]: events and who listens to them: progress bar, human text, JSON lines, summary. Ids and counts, never patient text.

pub mod calibration;
pub mod cli;
pub mod confidence;
pub mod decode;
pub mod export;
pub mod extract;
pub mod imaging;
pub mod intake;
pub mod layout;
pub mod ledger;
pub mod lexicon;
pub mod look;
pub mod model;
pub mod ocr;
pub mod patients;
pub mod pipeline;
pub mod push;
pub mod report;
pub mod review;
pub mod settings;
