//! Sends resources to a FHIR server: once each, safely repeated, with every outcome told. The only room that asks others by HTTP; it knows neither the ledger nor
//! the archive, and takes documents as [`Work`] and gives back [`Report`]s.
//!
//! * **Nothing is created twice.** Every create rests on a condition (`ifNoneExist`, `If-None-Exist`), or is a put at an id of our own; where a server does
//!   not say that it knows conditions it is searched first. Resources that several documents bring are asked for by one at a time ([`Shared`]);
//!   patients go first and alone, and are counted afterwards (`patient.rs`).
//! * **What others made is never changed.** What a create found stays as it is. What was created by us is changed by a put on the version that was seen
//!   last (`If-Match`); if somebody else has changed it since, that is for a person.
//! * **A lost answer costs nothing**: what is found after it, and holds just what was sent, counts as created by it.
//! * **Nothing of a page in words.** A server's own words may quote what was sent: they are handed over as `detail`, for the ledger alone.

mod address;
mod auth;
mod capability;
mod check;
mod client;
mod create;
mod document;
mod error;
mod outcome;
mod patient;
mod plan;
mod retract;
mod retry;
mod settings;
mod shared;

pub use address::Address;
pub use capability::Capability;
pub use check::{Mismatch, read_back, reconcile};
pub use client::{Answer, Client, Clock, Request, Trouble};
pub use document::{Report, Sender, Work};
pub use error::PushError;
pub use plan::{Item, Plan, digests, inline_scan, plan};
pub use settings::{AuthSettings, BinaryPlace, Mode, PushSettings};
pub use shared::Shared;

/// What the server says of itself; with `None` it says nothing that can be read.
///
/// # Errors
/// It cannot be reached, or does not let us in.
pub fn capability(client: &Client<'_>) -> Result<Option<Capability>, Trouble> {
    let answer = client.ask(&Request::get("metadata"))?;
    match answer.status {
        403 => Err(Trouble::Denied("it does not allow to ask what it can do (403)".to_owned())),
        _ => Ok(answer.json().as_ref().filter(|_| answer.is_success()).and_then(Capability::read)),
    }
}
