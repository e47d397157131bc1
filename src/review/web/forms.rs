//! Deeds for browsers without script: plain forms (`application/x-www-form-urlencoded`), each with the session's second secret in the field
//! `token`. They do what `api` does and lead to a screen. Names of fields are those of the JSON, besides:
//!
//! * `of-field`, `of-kind`, `of-document`: what the screen was asked for, so that it goes on with the same;
//! * `view`: the screen that goes on: `field` (`/work`), `conflict`, `escalated`, `document`, `mine`, `queue`;
//! * `outcome` of `/form/answer` may be `postpone`; `take` holds the number of an alternative, a space, and its value;
//! * `place`: four percentages, x, y, width, height as in the JSON, with spaces or commas between;
//! * `/form/group`: `item` holds name, version and value of a tile with spaces between, `marked` the names of those that are left out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::Station;
use super::api::{TOGETHER_AT_MOST, short};
use super::fault::Fault;
use super::sessions::Visitor;
use super::views::Sought;
use crate::model::{Measured, Outcome, PageJoin};
use crate::review::desk::{Amendment, Desk, DeskError, Given, Restructure, Wanted};
use crate::review::page::{self, Asked};

/// Items that are handed out in a row, at most.
const RUN: usize = 100;

/// The fields of a form, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body; what is no form has no fields.
    pub(super) fn parse(body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let text = |raw: &str| {
            let mut bytes = Vec::with_capacity(raw.len());
            let mut rest = raw.as_bytes();
            while let Some((&byte, more)) = rest.split_first() {
                let hex = |at: usize| more.get(at).and_then(|&digit| char::from(digit).to_digit(16));
                rest = more;
                match (byte, hex(0), hex(1)) {
                    (b'%', Some(high), Some(low)) => {
                        bytes.push((high * 16 + low) as u8);
                        rest = &more[2..];
                    }
                    (b'+', ..) => bytes.push(b' '),
                    _ => bytes.push(byte),
                }
            }
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (text(name), text(value))
        };
        Self(body.split('&').filter(|pair| !pair.is_empty()).map(pair).collect())
    }

    /// A field that stands there once and is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.all(name);
        let first = all.next()?;
        if all.next().is_some() || first.is_empty() { None } else { Some(first) }
    }

    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_owned();
        self.0.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    fn wanted(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(Fault::unclear)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        self.get(name).map(|text| text.trim().parse().map_err(|_| Fault::unclear())).transpose()
    }

    fn outcome(&self) -> Result<Outcome, Fault> {
        self.get("outcome").map_or(Ok(Outcome::Verified), |word| Outcome::parse(word).ok_or_else(Fault::unclear))
    }

    fn place(&self) -> Result<Option<[f64; 4]>, Fault> {
        let Some(text) = self.get("place") else { return Ok(None) };
        let numbers: Result<Vec<f64>, _> = text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse).collect();
        numbers.ok().and_then(|numbers| <[f64; 4]>::try_from(numbers).ok()).map(Some).ok_or_else(Fault::unclear)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    fn sought(&self) -> Sought {
        Sought { field: self.owned("of-field"), kind: self.owned("of-kind"), document: self.owned("of-document"), said: None }
    }
}

type Here = State<Arc<Station>>;
type Who = Extension<Visitor>;
type Filled = Extension<Fields>;

/// To the screen that goes on.
fn onward(station: &Station, fields: &Fields, said: &str) -> Response {
    let path = match fields.get("view") {
        Some("conflict") => "/conflicts".to_owned(),
        Some("escalated") => "/escalated".to_owned(),
        Some("document") => format!("/paper/{}", escape(fields.get("of-document").unwrap_or_default())),
        Some("mine") => "/mine".to_owned(),
        Some("queue") => "/".to_owned(),
        _ => "/work".to_owned(),
    };
    see(&format!("{}{path}?{}said={said}", station.base, query(fields)))
}

/// What the screen was asked for.
fn query(fields: &Fields) -> String {
    let names = [("field", "of-field"), ("kind", "of-kind"), ("document", "of-document")];
    names.iter().filter_map(|(name, from)| Some(format!("{name}={}&", escape(fields.get(from)?)))).collect()
}

pub(super) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// For a part of an address.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub(super) async fn answer(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    if fields.get("outcome") == Some("postpone") {
        return postpone(State(station), Extension(visitor), Extension(fields)).await;
    }
    let taken = fields.get("take").map(|take| take.split_once(' ').ok_or_else(Fault::unclear)).transpose()?;
    let given = Given {
        id: fields.wanted("id")?.to_owned(),
        version: fields.number("version")?.ok_or_else(Fault::unclear)?,
        outcome: if taken.is_some() { Outcome::Corrected } else { fields.outcome()? },
        value: taken.map(|(_, value)| value.to_owned()).or_else(|| fields.owned("value")).unwrap_or_default(),
        rank: taken.map(|(rank, _)| rank.parse().map_err(|_| Fault::unclear())).transpose()?,
        place: fields.place()?,
        context: false,
        insist: fields.get("insist").is_some(),
        view: fields.owned("view").unwrap_or_else(|| "field".to_owned()),
        note: fields.owned("note").unwrap_or_default(),
        measured: Measured::default(),
    };
    short(&[&given.value, &given.note])?;
    let kept = {
        let given = given.clone();
        station.ask(&visitor, move |desk, who| desk.answer(who, &given)).await?
    };
    let Some(doubt) = kept.doubt else { return Ok(onward(&station, &fields, "saved")) };
    // The same item once more, with what was typed and what speaks against it.
    let draw = move |desk: &dyn Desk, frame: &page::Frame| {
        let sought = fields.sought();
        let asked = Asked { doubt: Some(&doubt), typed: Some(&given.value), ..sought.asked() };
        let (conflicts, escalated) = (given.view == "conflict", given.view == "escalated");
        // Asking claims, so that no more is asked for than needed: it is the first one of those that the person holds, or among its run.
        let mut task = None;
        for count in [1, RUN] {
            let wanted = Wanted { conflicts, escalated, ..sought.wanted(count) };
            task = desk.tasks(frame.reviewer, &wanted)?.into_iter().find(|task| task.id == given.id);
            if task.is_some() {
                break;
            }
        }
        let Some(task) = task else { return Err(DeskError::Unclear(doubt)) };
        Ok(match (conflicts, escalated) {
            (true, _) => page::conflicts(frame, Some(&task), &asked),
            (_, true) => page::escalated(frame, Some(&task), &asked),
            _ => page::work(frame, Some(&task), &asked),
        })
    };
    station.screen(&visitor, draw).await
}

/// Tiles that are not marked are as they were read; those that are stay for the field view.
pub(super) async fn group(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let marked: Vec<&str> = fields.all("marked").collect();
    let mut tiles = Vec::new();
    for tile in fields.all("item") {
        let mut parts = tile.splitn(3, ' ');
        let (Some(id), Some(version), Some(value)) = (parts.next(), parts.next(), parts.next()) else { return Err(Fault::unclear()) };
        tiles.push((id, version.parse().map_err(|_| Fault::unclear())?, value));
    }
    if tiles.len() > TOGETHER_AT_MOST {
        return Err(Fault::unclear());
    }
    let back = |said: &str| Ok(see(&format!("{}/group?{}said={said}", station.base, query(&fields))));
    if fields.get("outcome") == Some("postpone") {
        let items: Vec<String> = tiles.iter().map(|(id, ..)| (*id).to_owned()).collect();
        station.ask(&visitor, move |desk, who| desk.postpone(who, &items)).await?;
        return back("later");
    }
    let (outcome, insist) = (fields.outcome()?, fields.get("insist").is_some());
    let unmarked = tiles.iter().filter(|(id, ..)| !marked.contains(id));
    let given: Vec<Given> = unmarked.map(|&(id, version, value)| given(id, version, outcome, value, insist)).collect();
    let kept = station.ask(&visitor, move |desk, who| desk.answer_all(who, &given)).await?;
    let Some(doubt) = kept.into_iter().find_map(|kept| kept.doubt) else {
        // Marked tiles would come again at once.
        return if marked.is_empty() { back("saved") } else { Ok(onward(&station, &fields, "saved")) };
    };
    let draw = move |desk: &dyn Desk, frame: &page::Frame| {
        let sought = fields.sought();
        let tasks = desk.tasks(frame.reviewer, &Wanted { group: true, ..sought.wanted(super::views::TILES) })?;
        Ok(page::group(frame, &tasks, &Asked { doubt: Some(&doubt), ..sought.asked() }))
    };
    station.screen(&visitor, draw).await
}

fn given(id: &str, version: i64, outcome: Outcome, value: &str, insist: bool) -> Given {
    Given {
        id: id.to_owned(),
        version,
        outcome,
        value: value.to_owned(),
        rank: None,
        place: None,
        context: false,
        insist,
        view: "group".to_owned(),
        note: String::new(),
        measured: Measured::default(),
    }
}

/// Keeps the keys that somebody has chosen: a field a command.
pub(super) async fn keys(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let pairs = fields.0.iter().filter(|(name, _)| name != "token");
    let chosen = serde_json::Value::Object(pairs.map(|(name, key)| (name.clone(), key.clone().into())).collect());
    super::api::keep_keys(&station, &visitor, &chosen).await?;
    Ok(see(&format!("{}/help", station.base)))
}

pub(super) async fn postpone(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let items: Vec<String> = fields.all("id").map(str::to_owned).collect();
    if items.is_empty() || items.len() > TOGETHER_AT_MOST {
        return Err(Fault::unclear());
    }
    station.ask(&visitor, move |desk, who| desk.postpone(who, &items)).await?;
    Ok(onward(&station, &fields, "later"))
}

pub(super) async fn note(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let (item, text) = (fields.wanted("id")?.to_owned(), fields.wanted("text")?.to_owned());
    short(&[&text])?;
    station.ask(&visitor, move |desk, who| desk.note(who, &item, &text)).await?;
    Ok(onward(&station, &fields, "noted"))
}

/// Leads to the screen of the item that is open again.
pub(super) async fn undo(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let line = fields.number("line")?;
    let task = station.ask(&visitor, move |desk, who| desk.undo(who, line)).await?;
    let sought = fields.sought();
    let draw =
        move |_: &dyn Desk, frame: &page::Frame| Ok(page::work(frame, Some(&task), &Asked { said: Some("Taken back."), ..sought.asked() }));
    station.screen(&visitor, draw).await
}

pub(super) async fn amend(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let amendment = Amendment {
        document: fields.wanted("document")?.to_owned(),
        handle: fields.owned("handle"),
        field: fields.wanted("field")?.to_owned(),
        item: fields.number("item")?,
        page: fields.number("page")?.ok_or_else(Fault::unclear)?,
        outcome: fields.outcome()?,
        value: fields.owned("value").unwrap_or_default(),
        place: fields.place()?,
        insist: fields.get("insist").is_some(),
    };
    short(&[&amendment.value])?;
    let document = amendment.document.clone();
    let kept = station.ask(&visitor, move |desk, who| desk.amend(who, &amendment)).await?;
    match kept.doubt {
        None => Ok(see(&format!("{}/paper/{}?said=saved", station.base, escape(&document)))),
        Some(doubt) => {
            let draw = move |desk: &dyn Desk, frame: &page::Frame| {
                let asked = Asked {
                    doubt: Some(&doubt),
                    typed: fields.get("value"),
                    field: fields.get("field"),
                    handle: fields.get("handle"),
                    document: Some(&document),
                    ..Asked::default()
                };
                Ok(page::paper(frame, &desk.paper(frame.reviewer, &document)?, &asked))
            };
            station.screen(&visitor, draw).await
        }
    }
}

pub(super) async fn structure(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let join = match fields.get("join") {
        None => None,
        Some("begins") => Some(PageJoin::Begins),
        Some("goes-on") => Some(PageJoin::GoesOn),
        Some("apart") => Some(PageJoin::Apart),
        Some(_) => return Err(Fault::unclear()),
    };
    let page = fields.number("page")?.ok_or_else(Fault::unclear)?;
    let change = Restructure { document: fields.wanted("document")?.to_owned(), page, join };
    let paper = station.ask_slowly(&visitor, move |desk, who| desk.restructure(who, &change)).await?;
    Ok(see(&format!("{}/paper/{}?said=saved", station.base, escape(&paper.id))))
}

pub(super) async fn release(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let of = fields.owned("of");
    station.ask(&visitor, move |desk, who| desk.release(who, of.as_deref())).await?;
    Ok(onward(&station, &fields, "released"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let fields = Fields::parse("value=M%C3%BCller+%26+S%C3%B6hne&empty=&id=a&id=b&bad=%zz%4&lone&=x".as_bytes());
        assert_eq!(fields.get("value"), Some("Müller & Söhne"));
        assert_eq!((fields.get("empty"), fields.get("lone"), fields.get("none")), (None, None, None));
        assert_eq!(fields.get("id"), None, "twice is not once");
        assert_eq!(fields.all("id").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fields.get("bad"), Some("%zz%4"));
        assert!(Fields::parse(b"").0.is_empty());
        assert_eq!(Fields::parse(&[0xff, b'=', 0xfe]).0.len(), 1);
    }

    #[test]
    fn addresses_hold_no_text_that_could_lead_elsewhere() {
        assert_eq!(escape("a/../b?c=d&e\r\n"), "a%2F..%2Fb%3Fc%3Dd%26e%0D%0A");
    }
}
