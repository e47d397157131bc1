//! Creating what is new of a document: as transactions, split where one would be too large, or one by one.

use serde_json::{Value, json};

use super::Request;
use super::document::{Course, Halt, named, several};
use super::outcome::{self, Said, Took};
use crate::model::Deed;

/// One item by itself.
pub(super) fn one(course: &mut Course<'_, '_>, at: usize) -> Result<(), Halt> {
    let item = &course.items[at];
    let kind = item.kind.clone();
    if found_first(course, at)? {
        return Ok(());
    }
    let body = (course.sender.write)(&course.resource(at));
    let request = match &item.condition {
        Some(condition) => Request::send("POST", kind.as_str(), body).header("if-none-exist", condition.as_str()),
        None => Request::send("PUT", format!("{kind}/{}", item.own_id()), body),
    };
    let answer = course.sender.client.ask(&request.header("prefer", "return=minimal"))?;
    let took = outcome::of_single(&answer, &kind);
    settle(course, at, took, answer.tried_before, &|| outcome::refusal(&answer))
}

/// All of them, each by itself, in their order.
pub(super) fn one_by_one(course: &mut Course<'_, '_>, wanted: &[usize]) -> Result<(), Halt> {
    wanted.iter().try_for_each(|&at| one(course, at))
}

/// All of them, in as few transactions as the limits allow.
pub(super) fn in_transactions(course: &mut Course<'_, '_>, wanted: &[usize]) -> Result<(), Halt> {
    let mut rest = Vec::new();
    for &at in wanted {
        if !found_first(course, at)? {
            rest.push(at);
        }
    }
    let most = u64::from(course.sender.settings.max_mib) << 20;
    let mut part: Vec<usize> = Vec::new();
    let mut size = 0;
    for at in rest {
        let own = (course.sender.write)(&course.items[at].resource).len() as u64;
        if !part.is_empty() && (part.len() >= course.sender.settings.max_entries || size + own > most) {
            transaction(course, &std::mem::take(&mut part), None)?;
            size = 0;
        }
        part.push(at);
        size += own;
    }
    if part.is_empty() { Ok(()) } else { transaction(course, &part, None) }
}

/// A closed bundle, such as IHE MHD's submission. What has no condition in it (the Binary) would be made anew by each try: the server is asked first whether it has the
/// rest, and nothing is sent twice without asking.
pub(super) fn apart(course: &mut Course<'_, '_>, wanted: &[usize]) -> Result<(), Halt> {
    let Some(profile) = wanted.first().and_then(|&at| course.items[at].apart) else { return Ok(()) };
    let mut found = Vec::new();
    for &at in wanted.iter().filter(|&&at| course.items[at].condition.is_some()) {
        match course.search(at)?.as_slice() {
            [] => {}
            [id] => found.push((at, id.clone())),
            several_found => return Err(Halt::Conflict(several(&course.items[at], several_found.len()))),
        }
    }
    if found.is_empty() {
        return transaction(course, wanted, Some(profile));
    }
    // What was provided before: its Binary is where its DocumentReference says.
    for (at, id) in found {
        if course.items[at].kind == "DocumentReference" {
            let answer = course.sender.client.ask(&Request::get(format!("DocumentReference/{id}")))?;
            let theirs = answer.json().unwrap_or_default();
            let url = theirs["content"][0]["attachment"]["url"].as_str().unwrap_or_default();
            let binary = url.rsplit_once("Binary/").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
            let item = wanted.iter().copied().find(|&at| course.items[at].condition.is_none());
            if let (Some(item), Some(binary)) = (item, binary.filter(|id| outcome::is_id(id))) {
                course.took(item, if course.unanswered { Deed::Created } else { Deed::Found }, binary, None);
            }
        }
        course.found(at, Took { status: 200, id: Some(id), version: None }, false)?;
    }
    Ok(())
}

/// Where the server does not say that it knows conditional creates it is asked first; so it is for what is put at an id of its own, as a put would replace
/// what another archive of the same source has put there.
fn found_first(course: &mut Course<'_, '_>, at: usize) -> Result<bool, Halt> {
    let item = &course.items[at];
    if item.condition.is_none() {
        let (kind, id) = (item.kind.clone(), item.own_id().to_owned());
        if course.unanswered || !course.sender.client.ask(&Request::get(format!("{kind}/{id}")))?.is_success() {
            return Ok(false);
        }
        course.took(at, Deed::Found, id, None);
        return Ok(true);
    }
    if course.sender.capability.creates_on_condition(&item.kind) {
        return Ok(false);
    }
    match course.search(at)?.as_slice() {
        [] => Ok(false),
        [id] => {
            let took = Took { status: 200, id: Some(id.clone()), version: None };
            course.found(at, took, false).map(|()| true)
        }
        found => {
            let said = several(item, found.len());
            course.note(at, Deed::Conflict, None, None);
            Err(Halt::Conflict(said))
        }
    }
}

fn transaction(course: &mut Course<'_, '_>, part: &[usize], profile: Option<&str>) -> Result<(), Halt> {
    let entries: Vec<Value> = part.iter().map(|&at| entry(course, at)).collect();
    let mut bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    if let Some(profile) = profile {
        bundle["meta"] = json!({"profile": [profile]});
    }
    let request = Request::send("POST", "", (course.sender.write)(&bundle)).header("prefer", "return=minimal");
    let request = Request { once: profile.is_some(), ..request };
    let answer = course.sender.client.ask(&request)?;
    if answer.status == 412 {
        let words =
            "the server has several resources with one identifier of this document; `chartlift reconcile` lists them (412)".to_owned();
        return Err(Halt::Conflict(Said { words, ..outcome::refusal(&answer) }));
    }
    if !answer.is_success() {
        return Err(Halt::Refused(outcome::refusal(&answer)));
    }
    let response = answer.json().unwrap_or_default();
    let done = response["entry"].as_array().filter(|done| done.len() == part.len());
    let Some(done) = done else {
        // Whatever it did, a later push finds it: nothing of it is known now.
        let words = "the server's answer to a transaction is none: it does not speak of each entry".to_owned();
        return Err(Halt::Refused(Said { words, ..outcome::refusal(&answer) }));
    };
    let tooks: Vec<Took> = part.iter().zip(done).map(|(&at, entry)| outcome::of_entry(entry, &course.items[at].kind)).collect();
    // All places first: what was found is compared with what would be sent now, with its references.
    for (&at, took) in part.iter().zip(&tooks) {
        if let (200 | 201 | 304, Some(id)) = (took.status, &took.id) {
            course.places.insert(course.items[at].url.clone(), format!("{}/{id}", course.items[at].kind));
        }
    }
    let mut halted = None;
    for ((&at, took), entry) in part.iter().zip(tooks).zip(done) {
        let status = took.status;
        let refused = || outcome::entry_refusal(status, &entry["response"]["outcome"]);
        match settle(course, at, took, answer.tried_before, &refused) {
            Ok(()) => {}
            Err(halt @ Halt::Trouble(_)) => return Err(halt),
            // A server that is not all-or-nothing has done the others: they are noted.
            Err(halt) => {
                halted.get_or_insert(halt);
            }
        }
    }
    halted.map_or(Ok(()), Err)
}

fn entry(course: &Course<'_, '_>, at: usize) -> Value {
    let item = &course.items[at];
    let request = match &item.condition {
        Some(condition) => json!({"method": "POST", "url": item.kind, "ifNoneExist": condition}),
        None if item.apart.is_some() => json!({"method": "POST", "url": item.kind}),
        None => json!({"method": "PUT", "url": format!("{}/{}", item.kind, item.own_id())}),
    };
    json!({"fullUrl": item.url, "resource": course.resource(at), "request": request})
}

/// Notes what became of one create.
fn settle(course: &mut Course<'_, '_>, at: usize, took: Took, tried_before: bool, refused: &dyn Fn() -> Said) -> Result<(), Halt> {
    let item = &course.items[at];
    let path = item.path.clone();
    match (took.status, &item.condition) {
        // What was there before was seen before it was sent.
        (200 | 201 | 204, None) => {
            let id = took.id.unwrap_or_else(|| item.own_id().to_owned());
            course.took(at, Deed::Created, id, took.version);
        }
        (201, Some(_)) => {
            let id = match took.id {
                Some(id) => id,
                None => match course.search(at)?.as_slice() {
                    [one] => one.clone(),
                    found => return Err(Halt::Conflict(several(&course.items[at], found.len()))),
                },
            };
            course.took(at, Deed::Created, id, took.version);
        }
        (200 | 204 | 304, Some(_)) => course.found(at, took, tried_before)?,
        (412, Some(_)) => {
            course.note(at, Deed::Conflict, None, None);
            return Err(Halt::Conflict(several(&course.items[at], 2)));
        }
        _ => {
            course.note(at, Deed::Refused, None, None);
            return Err(Halt::Refused(named(&path, refused())));
        }
    }
    Ok(())
}
