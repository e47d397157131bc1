//! Creating a patient so that two pushes at once do not make two of one person: search, create on condition, read back and count.

use serde_json::json;

use super::document::{Course, Halt, named, several};
use super::outcome::{self, Took};
use super::{Request, create};
use crate::model::Deed;

/// Looks at most so often whether a second one that another push has just created has gone.
const LOOKS: u32 = 4;

pub(super) fn create(course: &mut Course<'_, '_>, at: usize) -> Result<(), Halt> {
    let item = &course.items[at];
    let Some(condition) = item.condition.clone() else { return create::one(course, at) };
    let mut found = course.found_by("Patient", &condition)?;
    // Two may be there for the moment in which another push settles which of them stays.
    let mut looked = 0;
    while found.len() > 1 && looked < LOOKS {
        looked += 1;
        if !course.sender.client.pause(looked)? {
            break;
        }
        found = course.found_by("Patient", &condition)?;
    }
    match found.as_slice() {
        [] => {}
        [(id, version, _)] => {
            return course.found(at, Took { status: 200, id: Some(id.clone()), version: version.clone() }, false);
        }
        several_found => {
            course.note(at, Deed::Conflict, None, None);
            return Err(Halt::Conflict(several(item, several_found.len())));
        }
    }
    let body = (course.sender.write)(&course.resource(at));
    let request = Request::send("POST", "Patient", body).header("if-none-exist", condition.clone()).header("prefer", "return=minimal");
    let answer = course.sender.client.ask(&request)?;
    let took = outcome::of_single(&answer, "Patient");
    match answer.status {
        200 | 304 => return course.found(at, took, answer.tried_before),
        201 => {}
        412 => {
            course.note(at, Deed::Conflict, None, None);
            return Err(Halt::Conflict(several(item, 2)));
        }
        _ => {
            course.note(at, Deed::Refused, None, None);
            return Err(Halt::Refused(named(&item.path, outcome::refusal(&answer))));
        }
    }
    let mut all = course.found_by("Patient", &condition)?;
    let ours = match took.id.or_else(|| if all.len() == 1 { all.first().map(|(id, ..)| id.clone()) } else { None }) {
        Some(id) => id,
        None => return Err(Halt::Conflict(several(item, all.len()))),
    };
    // The first one stays; both sides see the same order.
    all.sort_by(|a, b| (&a.2, &a.0).cmp(&(&b.2, &b.0)));
    match all.first() {
        Some((first, version, _)) if *first != ours && all.len() > 1 => {
            let (first, version) = (first.clone(), version.clone());
            let own = all.iter().find(|(id, ..)| *id == ours).and_then(|(_, version, _)| version.clone()).or(took.version);
            withdraw(course, at, &ours, own, &first)?;
            course.took(at, Deed::Found, first, version);
        }
        _ => course.took(at, Deed::Created, ours, took.version),
    }
    Ok(())
}

/// Marks the patient that was created a moment ago, to which nothing refers yet, as replaced by the one that another push created a little before. It keeps
/// no identifier, so that a search finds one person.
fn withdraw(course: &mut Course<'_, '_>, at: usize, ours: &str, version: Option<String>, stays: &str) -> Result<(), Halt> {
    let mut replaced = course.resource(at);
    replaced["id"] = ours.into();
    replaced["active"] = false.into();
    replaced["link"] = json!([{"other": {"reference": format!("Patient/{stays}")}, "type": "replaced-by"}]);
    if let Some(object) = replaced.as_object_mut() {
        object.remove("identifier");
    }
    let answer = course.put("Patient", ours, version.as_deref(), &replaced)?;
    if !answer.is_success() {
        course.note(at, Deed::Conflict, Some(ours.to_owned()), None);
        return Err(Halt::Conflict(several(&course.items[at], 2)));
    }
    course.note(at, Deed::Withdrawn, Some(ours.to_owned()), outcome::of_single(&answer, "Patient").version);
    Ok(())
}
