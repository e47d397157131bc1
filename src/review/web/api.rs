//! Deeds for the script: JSON in, JSON out. What is answered with success is on disk.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Station;
use super::fault::Fault;
use super::sessions::Visitor;
use crate::review::desk::{Amendment, Given, Kept, Paper, ReadAgain, ReadThere, Restructure, Task, Wanted};
use crate::review::page;

/// Items that are given at a time at most.
const TASKS_AT_MOST: usize = 100;
/// Answers of one group, or items put off at a time, at most.
pub(super) const TOGETHER_AT_MOST: usize = 200;
/// The longest text a person may type, in bytes: a page of narrative.
pub(super) const TEXT_AT_MOST: usize = 64 * 1024;

type Here = State<Arc<Station>>;
type Who = Extension<Visitor>;
type Reply<T> = Result<Json<T>, Fault>;

/// Items, as a list within an object: lists alone cannot grow.
#[derive(Serialize)]
pub(super) struct Tasks {
    tasks: Vec<Task>,
}

/// One item.
#[derive(Serialize)]
pub(super) struct One {
    task: Task,
}

/// Items by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    items: Vec<String>,
}

/// A remark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remark {
    item: String,
    text: String,
}

/// What is taken back: the last answer, or that of a line of the chain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Back {
    #[serde(default)]
    line: Option<i64>,
}

/// Whose claims are given up: one's own, or those of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Released {
    #[serde(default)]
    of: Option<String>,
}

/// Refuses texts that nobody types.
pub(super) fn short(texts: &[&str]) -> Result<(), Fault> {
    if texts.iter().all(|text| text.len() <= TEXT_AT_MOST) { Ok(()) } else { Err(Fault::unclear()) }
}

pub(super) async fn tasks(State(station): Here, Extension(visitor): Who, Json(mut wanted): Json<Wanted>) -> Reply<Tasks> {
    wanted.count = wanted.count.clamp(1, TASKS_AT_MOST);
    wanted.have.truncate(TOGETHER_AT_MOST);
    let tasks = station.ask(&visitor, move |desk, who| desk.tasks(who, &wanted)).await?;
    Ok(Json(Tasks { tasks }))
}

pub(super) async fn answer(State(station): Here, Extension(visitor): Who, Json(given): Json<Given>) -> Reply<Kept> {
    short(&[&given.value, &given.note])?;
    station.ask(&visitor, move |desk, who| desk.answer(who, &given)).await.map(Json)
}

pub(super) async fn answers(State(station): Here, Extension(visitor): Who, Json(given): Json<Vec<Given>>) -> Reply<Vec<Kept>> {
    if given.len() > TOGETHER_AT_MOST {
        return Err(Fault::unclear());
    }
    station.ask(&visitor, move |desk, who| desk.answer_all(who, &given)).await.map(Json)
}

pub(super) async fn postpone(State(station): Here, Extension(visitor): Who, Json(named): Json<Named>) -> Reply<Value> {
    if named.items.len() > TOGETHER_AT_MOST {
        return Err(Fault::unclear());
    }
    station.ask(&visitor, move |desk, who| desk.postpone(who, &named.items)).await?;
    Ok(Json(json!({})))
}

pub(super) async fn note(State(station): Here, Extension(visitor): Who, Json(remark): Json<Remark>) -> Reply<Value> {
    short(&[&remark.text])?;
    station.ask(&visitor, move |desk, who| desk.note(who, &remark.item, &remark.text)).await?;
    Ok(Json(json!({})))
}

pub(super) async fn undo(State(station): Here, Extension(visitor): Who, Json(back): Json<Back>) -> Reply<One> {
    let task = station.ask(&visitor, move |desk, who| desk.undo(who, back.line)).await?;
    Ok(Json(One { task }))
}

pub(super) async fn amend(State(station): Here, Extension(visitor): Who, Json(amendment): Json<Amendment>) -> Reply<Kept> {
    short(&[&amendment.value])?;
    station.ask(&visitor, move |desk, who| desk.amend(who, &amendment)).await.map(Json)
}

pub(super) async fn read(State(station): Here, Extension(visitor): Who, Json(place): Json<ReadAgain>) -> Reply<ReadThere> {
    station.ask_slowly(&visitor, move |desk, who| desk.read_again(who, &place)).await.map(Json)
}

pub(super) async fn structure(State(station): Here, Extension(visitor): Who, Json(change): Json<Restructure>) -> Reply<Paper> {
    station.ask_slowly(&visitor, move |desk, who| desk.restructure(who, &change)).await.map(Json)
}

pub(super) async fn release(State(station): Here, Extension(visitor): Who, Json(released): Json<Released>) -> Reply<Value> {
    let count = station.ask(&visitor, move |desk, who| desk.release(who, released.of.as_deref())).await?;
    Ok(Json(json!({ "released": count })))
}

/// Keeps the keys that somebody has chosen, as codes that are known: never as text that could be shown.
pub(super) async fn keys(State(station): Here, Extension(visitor): Who, Json(chosen): Json<Value>) -> Reply<Value> {
    keep_keys(&station, &visitor, &chosen).await?;
    Ok(Json(json!({})))
}

pub(super) async fn keep_keys(station: &Arc<Station>, visitor: &Visitor, chosen: &Value) -> Result<(), Fault> {
    let keys = page::keys(chosen).map_err(|said| Fault::new(StatusCode::UNPROCESSABLE_ENTITY, said))?;
    let name = visitor.reviewer.name.clone();
    station.blocking(move |station| station.accounts.keep_keys(&name, &keys)).await
}
