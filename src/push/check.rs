//! Reads back what was delivered: whether the scan is the one that was sent, whether every resource is there, and whether there is only one of it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::client::{Answer, Client, Request, Trouble};
use super::document::found_in;
use crate::model::{Known, Sha256};

const PDF: &str = "application/pdf";
/// Ids that are asked for at a time, so that no address becomes too long.
const AT_ONCE: usize = 50;

/// A resource of which the server holds none, another, or several.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// Its type.
    pub kind: String,
    /// Its place within the document.
    pub path: String,
    /// Its id as it was delivered.
    pub delivered: String,
    /// Ids that the server has with its identifier.
    pub found: Vec<String>,
}

/// Everything about one document that the server holds otherwise than it was sent, in words without text of the page; empty if all is well.
///
/// # Errors
/// No answer.
pub fn read_back(client: &Client<'_>, known: &[Known]) -> Result<Vec<String>, Trouble> {
    let mut faults = Vec::new();
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for known in known.iter().filter(|known| known.lives()) {
        let (kind, id) = (known.last.kind.as_str(), known.last.server_id.as_deref().unwrap_or_default());
        match known.last.scan {
            Some(sent) => faults.extend(scan(client, kind, id, sent)?.map(|fault| format!("{}: {fault}", known.last.path))),
            None => {
                ids.entry(kind).or_default().insert(id);
            }
        }
    }
    for (kind, ids) in ids {
        let ids: Vec<&str> = ids.into_iter().collect();
        for some in ids.chunks(AT_ONCE) {
            let missing = missing(client, kind, some)?;
            faults.extend(missing.into_iter().map(|id| format!("{kind}/{id} is not there")));
        }
    }
    Ok(faults)
}

/// Which of some ids are not there.
fn missing(client: &Client<'_>, kind: &str, ids: &[&str]) -> Result<Vec<String>, Trouble> {
    let answer = client.ask(&Request::get(format!("{kind}?_id={}&_count={}", ids.join(","), AT_ONCE)))?;
    let found: BTreeSet<String> = found_in(&answer, kind).unwrap_or_default().into_iter().map(|(id, ..)| id).collect();
    let mut missing = Vec::new();
    // A server may not search by several ids: each that was not found is asked for by itself.
    for id in ids.iter().filter(|id| !found.contains(**id)) {
        if !client.ask(&Request::get(format!("{kind}/{id}")))?.is_success() {
            missing.push((*id).to_owned());
        }
    }
    Ok(missing)
}

/// What is wrong with a scan.
fn scan(client: &Client<'_>, kind: &str, id: &str, (size, sha256): (u64, Sha256)) -> Result<Option<String>, Trouble> {
    let accept = if kind == "Binary" { Some(PDF) } else { None };
    let answer = client.ask(&Request { accept, ..Request::get(format!("{kind}/{id}")) })?;
    if !answer.is_success() {
        return Ok(Some(format!("{kind}/{id} is not there ({})", answer.status)));
    }
    let bytes = match bytes_of(&answer, kind) {
        Bytes::Here(bytes) => bytes,
        Bytes::At(path) => client.ask(&Request { accept: Some(PDF), ..Request::get(path) })?.body,
        Bytes::Nowhere => return Ok(Some(format!("{kind}/{id} holds no scan"))),
    };
    let same = bytes.len() as u64 == size && Sha256::of(&bytes) == sha256;
    let (had, sent) = (bytes.len(), size);
    Ok((!same).then(|| format!("the scan in {kind}/{id} is another one: {had} bytes, {sent} were sent")))
}

enum Bytes {
    Here(Vec<u8>),
    /// The server has moved it to a place of its own, below its base.
    At(String),
    Nowhere,
}

fn bytes_of(answer: &Answer, kind: &str) -> Bytes {
    if answer.kind.starts_with(PDF) || answer.body.starts_with(b"%PDF") {
        return Bytes::Here(answer.body.clone());
    }
    let resource = answer.json().unwrap_or_default();
    let holder = if kind == "Binary" { &resource } else { &resource["content"][0]["attachment"] };
    if let Some(bytes) = holder["data"].as_str().and_then(|data| BASE64.decode(data).ok()) {
        return Bytes::Here(bytes);
    }
    let place = holder["url"].as_str().and_then(|url| url.find("Binary/").map(|at| url[at..].to_owned()));
    place.filter(|place| !place.contains("..")).map_or(Bytes::Nowhere, Bytes::At)
}

/// Whether the server has just the one of a delivered resource; `None` if so, or if it has no identifier to search by.
///
/// # Errors
/// No answer.
pub fn reconcile(client: &Client<'_>, known: &Known) -> Result<Option<Mismatch>, Trouble> {
    let (last, Some((kind, condition))) = (&known.last, known.last.key.split_once('?')) else { return Ok(None) };
    let Some(delivered) = last.server_id.clone().filter(|_| known.lives()) else { return Ok(None) };
    let answer = client.search(kind, condition)?;
    let Some(found) = found_in(&answer, kind) else {
        return Err(Trouble::Server { said: format!("does not search {kind} by identifier ({})", answer.status), may_be_done: false });
    };
    let mut found: Vec<String> = found.into_iter().map(|(id, ..)| id).collect();
    found.sort();
    let single = found.len() == 1 && found[0] == delivered;
    Ok((!single).then(|| Mismatch { kind: kind.to_owned(), path: last.path.clone(), delivered, found }))
}
