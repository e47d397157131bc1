//! Screens and pictures.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

use super::Station;
use super::fault::Fault;
use super::sessions::Visitor;
use crate::model::Role;
use crate::review::desk::{Desk, DeskError, Png, Task, Wanted};
use crate::review::page::{self, Asked, Frame};

/// Tiles of the group view.
pub(super) const TILES: usize = 48;
/// Widths of page pictures that are made, pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 200..=2400;
/// The width where none is asked for.
const WIDTH: u32 = 1000;

type Here = State<Arc<Station>>;
type Who = Extension<Visitor>;

/// What a screen is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    pub(super) field: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) document: Option<String>,
    /// What became of the deed before: a word of [`said`].
    pub(super) said: Option<String>,
}

/// Forms send fields that were left empty.
fn some(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

impl Sought {
    pub(super) fn wanted(&self, count: usize) -> Wanted {
        let owned = |text: &Option<String>| some(text).map(str::to_owned);
        Wanted { count, field: owned(&self.field), kind: owned(&self.kind), document: owned(&self.document), ..Wanted::default() }
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            field: some(&self.field),
            kind: some(&self.kind),
            document: some(&self.document),
            said: self.said.as_deref().and_then(said),
            ..Asked::default()
        }
    }
}

/// Words for what forms did, so that no text of an address is shown.
fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "saved" => "Saved.",
        "later" => "Put off.",
        "noted" => "Noted.",
        "undone" => "Taken back.",
        "released" => "Released.",
        _ => return None,
    })
}

impl Station {
    /// Makes a screen: asks the desk and draws, away from the threads that serve sockets.
    pub(super) async fn screen(
        self: &Arc<Self>,
        visitor: &Visitor,
        draw: impl FnOnce(&dyn Desk, &Frame) -> Result<String, DeskError> + Send + 'static,
    ) -> Result<Response, Fault> {
        let visitor = visitor.clone();
        let html = self.blocking(move |station| {
            let keys = station.accounts.keys(&visitor.reviewer.name)?;
            let frame = Frame {
                base: &station.base,
                token: &visitor.token,
                reviewer: &visitor.reviewer,
                keys: &keys,
                build: station.build,
                idle: station.sessions.limits().idle,
            };
            draw(&*station.desk, &frame)
        });
        Ok(axum::response::Html(html.await?).into_response())
    }
}

/// Items are claimed by who opens them, which an auditor may not.
fn works(frame: &Frame) -> Result<(), DeskError> {
    if frame.reviewer.role == Role::Auditor { Err(DeskError::Forbidden("An auditor looks and changes nothing.")) } else { Ok(()) }
}

fn first(desk: &dyn Desk, frame: &Frame, wanted: &Wanted) -> Result<Option<Task>, DeskError> {
    works(frame)?;
    Ok(desk.tasks(frame.reviewer, wanted)?.into_iter().next())
}

pub(super) async fn queue(State(station): Here, Extension(visitor): Who) -> Result<Response, Fault> {
    station.screen(&visitor, |desk, frame| Ok(page::queue(frame, &desk.queue(frame.reviewer)?))).await
}

pub(super) async fn work(State(station): Here, Extension(visitor): Who, Query(sought): Query<Sought>) -> Result<Response, Fault> {
    let draw = move |desk: &dyn Desk, frame: &Frame| {
        let task = first(desk, frame, &sought.wanted(1))?;
        Ok(page::work(frame, task.as_ref(), &sought.asked()))
    };
    station.screen(&visitor, draw).await
}

pub(super) async fn group(State(station): Here, Extension(visitor): Who, Query(sought): Query<Sought>) -> Result<Response, Fault> {
    let draw = move |desk: &dyn Desk, frame: &Frame| {
        works(frame)?;
        let tasks = desk.tasks(frame.reviewer, &Wanted { group: true, ..sought.wanted(TILES) })?;
        Ok(page::group(frame, &tasks, &sought.asked()))
    };
    station.screen(&visitor, draw).await
}

pub(super) async fn conflicts(State(station): Here, Extension(visitor): Who, Query(sought): Query<Sought>) -> Result<Response, Fault> {
    let draw = move |desk: &dyn Desk, frame: &Frame| {
        let task = first(desk, frame, &Wanted { conflicts: true, ..sought.wanted(1) })?;
        Ok(page::conflicts(frame, task.as_ref(), &sought.asked()))
    };
    station.screen(&visitor, draw).await
}

pub(super) async fn escalated(State(station): Here, Extension(visitor): Who, Query(sought): Query<Sought>) -> Result<Response, Fault> {
    let draw = move |desk: &dyn Desk, frame: &Frame| {
        let task = first(desk, frame, &Wanted { escalated: true, ..sought.wanted(1) })?;
        Ok(page::escalated(frame, task.as_ref(), &sought.asked()))
    };
    station.screen(&visitor, draw).await
}

pub(super) async fn paper(
    State(station): Here,
    Extension(visitor): Who,
    Path(document): Path<String>,
    Query(sought): Query<Sought>,
) -> Result<Response, Fault> {
    let draw = move |desk: &dyn Desk, frame: &Frame| Ok(page::paper(frame, &desk.paper(frame.reviewer, &document)?, &sought.asked()));
    station.screen(&visitor, draw).await
}

pub(super) async fn mine(State(station): Here, Extension(visitor): Who) -> Result<Response, Fault> {
    station.screen(&visitor, |desk, frame| Ok(page::mine(frame, &desk.mine(frame.reviewer)?))).await
}

pub(super) async fn numbers(State(station): Here, Extension(visitor): Who) -> Result<Response, Fault> {
    station.screen(&visitor, |desk, frame| Ok(page::numbers(frame, &desk.figures(frame.reviewer)?))).await
}

pub(super) async fn help(State(station): Here, Extension(visitor): Who) -> Result<Response, Fault> {
    station.screen(&visitor, |_, frame| Ok(page::help(frame))).await
}

/// Files that are the same for everybody, packed once for browsers that take gzip. Screens are never packed: they hold the session's second secret beside
/// text that others may have chosen, and lengths of packed text tell of both.
fn asset(headers: &HeaderMap, kind: &'static str, plain: &'static str, packed: &'static OnceLock<Vec<u8>>) -> Response {
    let gzip = |offer: &str| {
        let mut parts = offer.split(';').map(str::trim);
        parts.next() == Some("gzip") && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    };
    let takes = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|one| gzip(one.trim()));
    if !takes {
        return ([(CONTENT_TYPE, kind), (VARY, "Accept-Encoding")], plain).into_response();
    }
    let packed = packed.get_or_init(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let _ = encoder.write_all(plain.as_bytes());
        encoder.finish().unwrap_or_default()
    });
    ([(CONTENT_TYPE, kind), (VARY, "Accept-Encoding"), (CONTENT_ENCODING, "gzip")], packed.as_slice()).into_response()
}

pub(super) async fn script(headers: HeaderMap) -> Response {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    asset(&headers, "text/javascript; charset=utf-8", page::SCRIPT.as_str(), &PACKED)
}

pub(super) async fn style(headers: HeaderMap) -> Response {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    asset(&headers, "text/css; charset=utf-8", page::STYLE, &PACKED)
}

pub(super) async fn icon(headers: HeaderMap) -> Response {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    asset(&headers, "image/svg+xml", page::ICON, &PACKED)
}

fn picture(png: Png) -> Response {
    ([(CONTENT_TYPE, "image/png")], png.bytes.to_vec()).into_response()
}

pub(super) async fn snippet(State(station): Here, Extension(visitor): Who, Path(name): Path<String>) -> Result<Response, Fault> {
    let item = name.strip_suffix(".png").ok_or_else(Fault::unknown)?.to_owned();
    station.ask_slowly(&visitor, move |desk, who| desk.snippet(who, &item)).await.map(picture)
}

/// What a page picture is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Size {
    w: Option<u32>,
}

pub(super) async fn page(
    State(station): Here,
    Extension(visitor): Who,
    Path((document, name)): Path<(String, String)>,
    Query(size): Query<Size>,
) -> Result<Response, Fault> {
    let number = name.strip_suffix(".png").and_then(|number| number.parse().ok()).ok_or_else(Fault::unknown)?;
    let width = size.w.unwrap_or(WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end());
    station.ask_slowly(&visitor, move |desk, who| desk.page(who, &document, number, width)).await.map(picture)
}
