//! Deeds for browsers without script: plain forms (`application/x-www-form-urlencoded`), each with the session's second secret in the field
//! `token`. They do what `api` does and lead to a screen. Names of fields are those of the JSON, besides:
//!
//! * `field`, `kind`, `document` of `/form/answer`, `/form/postpone`, `/form/note`: what the screen was asked for, so that it goes on;
//! * `view`: the screen that goes on: `field` (`/work`), `conflict`, `escalated`, `group`, `document`;
//! * `box` stands for `place`: four percentages with spaces between: x, y, width, height as in the JSON;
//! * `/form/answers`: `id`, `version`, `value`, `outcome` once a tile, in the same order.

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
use crate::review::desk::{Amendment, Given, Restructure, Wanted};
use crate::review::page::{self, Asked};

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
        let Some(text) = self.get("box") else { return Ok(None) };
        let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
        numbers.ok().and_then(|numbers| <[f64; 4]>::try_from(numbers).ok()).map(Some).ok_or_else(Fault::unclear)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    fn sought(&self) -> Sought {
        Sought { field: self.owned("field"), kind: self.owned("kind"), document: self.owned("document"), said: None }
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
        Some("group") => "/group".to_owned(),
        Some("document") => format!("/paper/{}", escape(fields.get("document").unwrap_or_default())),
        Some("mine") => "/mine".to_owned(),
        Some("queue") => "/".to_owned(),
        _ => "/work".to_owned(),
    };
    let mut query = String::new();
    for name in ["field", "kind", "document"] {
        if let Some(value) = fields.get(name) {
            query.push_str(&format!("{name}={}&", escape(value)));
        }
    }
    see(&format!("{}{path}?{query}said={said}", station.base))
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
    let given = Given {
        id: fields.wanted("id")?.to_owned(),
        version: fields.number("version")?.ok_or_else(Fault::unclear)?,
        outcome: fields.outcome()?,
        value: fields.owned("value").unwrap_or_default(),
        rank: fields.number("rank")?,
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
    let draw = move |desk: &dyn crate::review::desk::Desk, frame: &page::Frame| {
        let sought = fields.sought();
        let asked = Asked { doubt: Some(&doubt), typed: Some(&given.value), ..sought.asked() };
        let (conflicts, escalated) = (given.view == "conflict", given.view == "escalated");
        let wanted = Wanted { count: TOGETHER_AT_MOST, conflicts, escalated, ..sought.wanted(1) };
        let task = desk.tasks(frame.reviewer, &wanted)?.into_iter().find(|task| task.id == given.id);
        Ok(match (conflicts, escalated) {
            (true, _) => page::conflicts(frame, task.as_ref(), &asked),
            (_, true) => page::escalated(frame, task.as_ref(), &asked),
            _ => page::work(frame, task.as_ref(), &asked),
        })
    };
    station.screen(&visitor, draw).await
}

pub(super) async fn answers(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let (ids, versions): (Vec<_>, Vec<_>) = (fields.all("id").collect(), fields.all("version").collect());
    let (values, outcomes): (Vec<_>, Vec<_>) = (fields.all("value").collect(), fields.all("outcome").collect());
    if ids.len() > TOGETHER_AT_MOST || [versions.len(), values.len(), outcomes.len()].iter().any(|&len| len != ids.len()) {
        return Err(Fault::unclear());
    }
    let mut given = Vec::new();
    for at in 0..ids.len() {
        // A tile that is put off says so by an outcome that is none.
        if outcomes[at].is_empty() {
            continue;
        }
        given.push(Given {
            id: ids[at].to_owned(),
            version: versions[at].parse().map_err(|_| Fault::unclear())?,
            outcome: Outcome::parse(outcomes[at]).ok_or_else(Fault::unclear)?,
            value: values[at].to_owned(),
            rank: None,
            place: None,
            context: false,
            insist: fields.get("insist").is_some(),
            view: "group".to_owned(),
            note: String::new(),
            measured: Measured::default(),
        });
    }
    let kept = station.ask(&visitor, move |desk, who| desk.answer_all(who, &given)).await?;
    match kept.into_iter().find_map(|kept| kept.doubt) {
        None => Ok(onward(&station, &fields, "saved")),
        Some(doubt) => Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, doubt)),
    }
}

pub(super) async fn postpone(State(station): Here, Extension(visitor): Who, Extension(fields): Filled) -> Result<Response, Fault> {
    let items: Vec<String> = fields.all("id").map(str::to_owned).collect();
    if items.len() > TOGETHER_AT_MOST {
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
    let draw = move |_: &dyn crate::review::desk::Desk, frame: &page::Frame| {
        Ok(page::work(frame, Some(&task), &Asked { said: Some("Taken back."), ..sought.asked() }))
    };
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
            let draw = move |desk: &dyn crate::review::desk::Desk, frame: &page::Frame| {
                let asked = Asked {
                    doubt: Some(&doubt),
                    typed: fields.get("value"),
                    field: fields.get("field"),
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
    let paper = station.ask(&visitor, move |desk, who| desk.restructure(who, &change)).await?;
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
