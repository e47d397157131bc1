//! Signing in and out, and how long a session has left.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Station;
use super::accounts::Standing;
use super::door;
use super::fault::Fault;
use super::forms::{Fields, see};
use super::sessions::Visitor;
use crate::model::Role;
use crate::review::page::{self, SignIn};

/// Said of a wrong name, a wrong password, a wrong code and a disabled account alike.
const WRONG: &str = "Name, password or code is wrong.";
const USED: &str = "This link has been used, or is older than a minute. Ask the program for a new one.";
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// Names are no longer; more is not worth a hash.
const NAME_AT_MOST: usize = 200;
const PASSWORD_AT_MOST: usize = 1024;

type Here = State<Arc<Station>>;

/// Name, password and, for accounts that have a second factor, its code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claimed {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
}

/// The token of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Launched {
    launch: String,
}

/// Whether to put off the end of the session.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Pulse {
    extend: bool,
}

/// A session that has begun, for a script that goes on where it was.
#[derive(Serialize)]
struct Begun<'a> {
    name: &'a str,
    token: String,
}

impl Station {
    fn set_cookie(&self, token: &str, seconds: i64) -> HeaderValue {
        let (path, secure) = if self.secure { ("/", "; Secure") } else { (self.base.as_str(), "") };
        let path = if path.is_empty() { "/" } else { path };
        let line = format!("{}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", self.cookie_name());
        // Base and token hold letters and digits alone.
        HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// Begins a session; the one that the browser had is over.
    async fn begin(self: &Arc<Self>, headers: &HeaderMap, standing: &Standing) -> Result<String, Fault> {
        if let Some(old) = door::cookie(self, headers) {
            self.sessions.end(old);
        }
        self.note(&standing.name, "sign-in", "").await?;
        let begun = self.sessions.begin(&standing.name, standing.role, &standing.stamp, self.clock.now());
        begun.map_err(|_| Fault::of_program("the system gave no random bits"))
    }

    async fn note(self: &Arc<Self>, who: &str, action: &'static str, subject: &'static str) -> Result<(), Fault> {
        let who = who.to_owned();
        self.blocking(move |station| station.desk.audit(&who, action, subject)).await
    }

    async fn check(self: &Arc<Self>, claimed: Claimed) -> Result<Standing, Fault> {
        let wrong = || Fault::new(StatusCode::UNAUTHORIZED, WRONG);
        if self.single.is_some() || claimed.name.len() > NAME_AT_MOST || claimed.password.len() > PASSWORD_AT_MOST {
            return Err(wrong());
        }
        let now = self.clock.now();
        let name = claimed.name.trim().to_owned();
        if let Err(seconds) = self.throttle.admit(&name, now) {
            self.note(&name, "sign-in-delayed", "").await?;
            return Err(Fault::later(seconds));
        }
        let Ok(_turn) = self.hashing.acquire().await else { return Err(Fault::of_program("the turnstile is gone")) };
        let sought = name.clone();
        let standing = self.blocking(move |station| station.accounts.sign_in(&sought, &claimed.password, claimed.code.trim(), now)).await?;
        match standing {
            Some(standing) => {
                self.throttle.forget(&name);
                Ok(standing)
            }
            None => {
                self.note(&name, "sign-in-refused", "").await?;
                Err(wrong())
            }
        }
    }

    async fn launch(self: &Arc<Self>, token: &str) -> Result<Standing, Fault> {
        let name = self.single.clone().filter(|_| self.launches.take(token.trim(), self.clock.now()));
        match name {
            Some(name) => Ok(Standing { name, role: Role::Lead, stamp: String::new() }),
            None => {
                self.note("", "launch-refused", "").await?;
                Err(Fault::new(StatusCode::UNAUTHORIZED, USED))
            }
        }
    }

    fn sign_in_screen(&self, said: Option<&str>, status: StatusCode) -> Response {
        let sign_in = SignIn { base: &self.base, build: self.build, launch: self.single.is_some(), said };
        (status, axum::response::Html(page::sign_in(&sign_in))).into_response()
    }

    /// A session for a script.
    async fn told(self: &Arc<Self>, headers: &HeaderMap, standing: &Standing) -> Result<Response, Fault> {
        let token = self.begin(headers, standing).await?;
        let begun = Begun { name: &standing.name, token: self.sessions.second(&token) };
        let mut response = Json(begun).into_response();
        response.headers_mut().insert(SET_COOKIE, self.set_cookie(&token, self.sessions.limits().whole));
        Ok(response)
    }

    /// A session for a form, or the screen again.
    async fn led(self: &Arc<Self>, headers: &HeaderMap, standing: Result<Standing, Fault>) -> Result<Response, Fault> {
        let standing = match standing {
            Ok(standing) => standing,
            Err(fault) if fault.status.is_client_error() => return Ok(self.sign_in_screen(Some(fault.message()), fault.status)),
            Err(fault) => return Err(fault),
        };
        let token = self.begin(headers, &standing).await?;
        let mut response = see(&format!("{}/", self.base));
        response.headers_mut().insert(SET_COOKIE, self.set_cookie(&token, self.sessions.limits().whole));
        Ok(response)
    }

    /// Ends a session and gives up its claims.
    async fn end(self: &Arc<Self>, headers: &HeaderMap, visitor: &Visitor, mut response: Response) -> Result<Response, Fault> {
        if let Some(token) = door::cookie(self, headers) {
            self.sessions.end(token);
        }
        // The session is over even where the disk is full.
        let released = self.ask(visitor, |desk, who| desk.release(who, None)).await;
        let noted = self.note(&visitor.reviewer.name, "sign-out", "").await;
        if released.is_err() || noted.is_err() {
            tracing::warn!("a sign-out could not be kept; claims run out by themselves");
        }
        let headers = response.headers_mut();
        headers.insert(SET_COOKIE, self.set_cookie("", 0));
        // Not all cookies: they would go for every port of the machine.
        headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
        Ok(response)
    }
}

/// The screen; who has a session sees it too, to sign in as somebody else.
pub(super) async fn screen(State(station): Here) -> Response {
    station.sign_in_screen(None, StatusCode::OK)
}

pub(super) async fn by_password(State(station): Here, headers: HeaderMap, Json(claimed): Json<Claimed>) -> Result<Response, Fault> {
    let standing = station.check(claimed).await?;
    station.told(&headers, &standing).await
}

pub(super) async fn by_link(State(station): Here, headers: HeaderMap, Json(launched): Json<Launched>) -> Result<Response, Fault> {
    let standing = station.launch(&launched.launch).await?;
    station.told(&headers, &standing).await
}

pub(super) async fn by_form(State(station): Here, headers: HeaderMap, Extension(fields): Extension<Fields>) -> Result<Response, Fault> {
    let field = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let standing = station.check(Claimed { name: field("name"), password: field("password"), code: field("code") }).await;
    station.led(&headers, standing).await
}

pub(super) async fn by_code(State(station): Here, headers: HeaderMap, Extension(fields): Extension<Fields>) -> Result<Response, Fault> {
    let standing = station.launch(fields.get("launch").unwrap_or_default()).await;
    station.led(&headers, standing).await
}

pub(super) async fn out(State(station): Here, headers: HeaderMap, Extension(visitor): Extension<Visitor>) -> Result<Response, Fault> {
    station.end(&headers, &visitor, Json(json!({})).into_response()).await
}

pub(super) async fn out_by_form(
    State(station): Here,
    headers: HeaderMap,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Fault> {
    station.end(&headers, &visitor, see(&format!("{}/sign-in", station.base))).await
}

/// Seconds that are left for want of deeds (`idle`) and in all (`whole`); `extend` puts the first off.
pub(super) async fn alive(
    State(station): Here,
    headers: HeaderMap,
    Extension(visitor): Extension<Visitor>,
    Json(pulse): Json<Pulse>,
) -> Result<Response, Fault> {
    let now = station.clock.now();
    let visitor = if pulse.extend {
        door::cookie(&station, &headers).and_then(|token| station.sessions.visit(token, true, now)).ok_or_else(Fault::signed_out)?
    } else {
        visitor
    };
    Ok(Json(json!({ "idle": visitor.idle_left, "whole": visitor.whole_left })).into_response())
}
