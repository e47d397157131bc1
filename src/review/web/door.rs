//! Through here goes every request, before anything else of the server: which host it is for, where it comes from, whose session it has.
//! Nothing is open but what is listed as open; what is not listed needs a session, even to hear that it is not there.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Station;
use super::fault::{Fault, Form, finish};
use super::forms::{Fields, see};
use super::headers;
use super::hosts::{SEC_FETCH_SITE, once};
use super::sessions::{Visitor, same};
use crate::model::Role;

/// Holds the second secret of a deed.
const TOKEN: HeaderName = HeaderName::from_static("x-chartlift-token");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// The longest body of a deed, bytes: a group of answers, a long text.
pub(super) const BODY_AT_MOST: usize = 512 * 1024;
/// How long a body may take to arrive.
const BODY_SECONDS: u64 = 15;
/// How often the account of a session is looked at, seconds.
const LOOK_EVERY: i64 = 5;

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Script and style: the same for everybody, nothing of patients.
    Asset,
    /// The sign-in screen.
    SignIn,
    /// A screen.
    Page,
    /// A picture of paper.
    Picture,
    /// Signs in, by program.
    SigningIn,
    /// A deed by program.
    Api,
    /// Signs in, by form.
    FormSigningIn,
    /// A deed by form.
    Form,
}

impl Kind {
    /// Of a path within the station's own.
    fn of(path: &str) -> Self {
        match path {
            "/station.js" | "/station.css" | "/station.svg" => Self::Asset,
            "/sign-in" => Self::SignIn,
            "/api/sign-in" | "/api/launch" => Self::SigningIn,
            "/form/sign-in" | "/form/launch" => Self::FormSigningIn,
            path if path.starts_with("/api/") => Self::Api,
            path if path.starts_with("/form/") => Self::Form,
            path if path.starts_with("/snippet/") || path.starts_with("/page/") => Self::Picture,
            _ => Self::Page,
        }
    }

    fn is_deed(self) -> bool {
        matches!(self, Self::SigningIn | Self::Api | Self::FormSigningIn | Self::Form)
    }

    /// Whether it is for who has not signed in, too.
    fn is_open(self) -> bool {
        matches!(self, Self::Asset | Self::SignIn | Self::SigningIn | Self::FormSigningIn)
    }

    /// The type of body that a deed has.
    fn body(self) -> Option<&'static str> {
        match self {
            Self::Api | Self::SigningIn => Some("application/json"),
            Self::Form | Self::FormSigningIn => Some("application/x-www-form-urlencoded"),
            _ => None,
        }
    }

    fn form(self) -> Form {
        match self {
            Self::SigningIn | Self::Api => Form::Json,
            Self::Asset | Self::Picture => Form::Text,
            Self::SignIn | Self::Page | Self::FormSigningIn | Self::Form => Form::Page,
        }
    }
}

/// Lets a request through, or not, and puts the headers on whatever is answered.
pub(super) async fn pass(State(station): State<Arc<Station>>, request: Request, next: Next) -> Response {
    let within = station.within(request.uri().path()).map(str::to_owned);
    // Who calls by another name, or does not know where paths begin, is not told.
    let known = station.hosts.of(request.uri(), request.headers()).is_some();
    let form = within.as_deref().filter(|_| known).map_or(Form::Text, |path| Kind::of(path).form());
    let answer = match admit(&station, within.as_deref(), request).await {
        Ok(request) => next.run(request).await,
        Err(Refusal::Fault(fault)) => fault.into_response(),
        Err(Refusal::SignInFirst) => see(&format!("{}/sign-in", station.base)),
    };
    if matches!(answer.status(), StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST) {
        tracing::warn!(status = answer.status().as_u16(), "the station refused a request");
    }
    let mut answer = finish(answer, &station.base, form);
    headers::put(&mut answer);
    answer
}

/// Why a request does not get through.
enum Refusal {
    Fault(Fault),
    /// A screen is for who has signed in.
    SignInFirst,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

async fn admit(station: &Arc<Station>, path: Option<&str>, request: Request) -> Result<Request, Refusal> {
    let refuse = |status: StatusCode, why: &str| Refusal::Fault(Fault::new(status, why));
    let (mut parts, mut body) = request.into_parts();
    let Some(host) = station.hosts.of(&parts.uri, &parts.headers).map(str::to_owned) else {
        return Err(refuse(StatusCode::MISDIRECTED_REQUEST, "The station does not go by that name."));
    };
    let path = path.ok_or_else(Fault::unknown)?;
    let kind = Kind::of(path);
    let methods: &[Method] = if kind.is_deed() { &[Method::POST] } else { &[Method::GET, Method::HEAD] };
    if !methods.contains(&parts.method) {
        return Err(refuse(StatusCode::METHOD_NOT_ALLOWED, "That cannot be done here."));
    }
    if !comes_from_us(station, kind, path, &host, &parts.headers) {
        return Err(refuse(StatusCode::FORBIDDEN, "That did not come from a page of this station."));
    }
    if kind.body().is_some_and(|wanted| !is_of(&parts.headers, wanted)) {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON is wanted, or a plain form."));
    }
    let visitor = session(station, &parts.headers, path != "/api/alive").await?;
    if kind.is_deed() {
        let whole = tokio::time::timeout(std::time::Duration::from_secs(BODY_SECONDS), to_bytes(body, BODY_AT_MOST)).await;
        let Ok(Ok(bytes)) = whole else {
            return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "That is too much at once, or came too slowly."));
        };
        if matches!(kind, Kind::Form | Kind::FormSigningIn) {
            parts.extensions.insert(Fields::parse(&bytes));
        }
        body = Body::from(bytes);
    }
    match visitor {
        None if kind.is_open() => {}
        None if kind == Kind::Page => return Err(Refusal::SignInFirst),
        None => return Err(Fault::signed_out().into()),
        Some(visitor) => {
            if !kind.is_open() {
                may(kind, path, &parts, &visitor)?;
            }
            parts.extensions.insert(visitor);
        }
    }
    Ok(Request::from_parts(parts, body))
}

/// Whether a visitor may have this: a deed shows the session's second secret, and an auditor changes nothing.
fn may(kind: Kind, path: &str, parts: &Parts, visitor: &Visitor) -> Result<(), Fault> {
    let shown = match kind {
        Kind::Api => once(&parts.headers, &TOKEN),
        Kind::Form => parts.extensions.get::<Fields>().and_then(|fields| fields.get("token")),
        _ => return Ok(()),
    };
    if !shown.is_some_and(|shown| same(shown, &visitor.token)) {
        return Err(Fault::new(StatusCode::FORBIDDEN, "That did not come from a page of this session. Load the page again."));
    }
    if visitor.reviewer.role == Role::Auditor && !is_harmless(path) {
        return Err(Fault::new(StatusCode::FORBIDDEN, "An auditor looks and changes nothing."));
    }
    Ok(())
}

/// Deeds that change nothing of the archive.
fn is_harmless(path: &str) -> bool {
    matches!(path, "/api/alive" | "/api/sign-out" | "/api/keys" | "/form/keys" | "/form/sign-out")
}

/// Whether a request may have its origin: deeds come from our pages; screens and pictures are not fetched, framed or shown by others, on
/// other ports of the same machine neither, to which browsers give our cookie. People may come from elsewhere to the two first screens.
fn comes_from_us(station: &Station, kind: Kind, path: &str, host: &str, headers: &HeaderMap) -> bool {
    if kind.is_deed() {
        return station.hosts.is_own(host, headers, matches!(kind, Kind::Form | Kind::FormSigningIn));
    }
    match once(headers, &SEC_FETCH_SITE) {
        // Typed, or of a program that is no browser; it needs the session all the same.
        Some("same-origin" | "none") => true,
        None => headers.get(SEC_FETCH_SITE).is_none(),
        Some(_) => once(headers, &SEC_FETCH_MODE) == Some("navigate") && matches!(path, "/" | "/sign-in"),
    }
}

fn is_of(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = once(headers, &CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(wanted)
}

/// The session's token that a browser sent.
pub(super) fn cookie<'a>(station: &Station, headers: &'a HeaderMap) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == station.cookie_name()).map(|(_, value)| value)
}

/// Whose session it is; looks after the account now and then, so that who was disabled is out.
async fn session(station: &Arc<Station>, headers: &HeaderMap, deed: bool) -> Result<Option<Visitor>, Fault> {
    let Some(token) = cookie(station, headers) else { return Ok(None) };
    let now = station.clock.now();
    let Some(mut visitor) = station.sessions.visit(token, deed, now) else { return Ok(None) };
    if station.single.is_some() {
        return Ok(Some(visitor));
    }
    if let Some(stamp) = station.sessions.due(token, LOOK_EVERY, now) {
        let name = visitor.reviewer.name.clone();
        let standing = station.blocking(move |station| station.accounts.standing(&name)).await?;
        match standing {
            Some(standing) if standing.stamp == stamp => {
                station.sessions.grant(token, standing.role);
                visitor.reviewer.role = standing.role;
            }
            _ => {
                station.sessions.end(token);
                return Ok(None);
            }
        }
    }
    Ok(Some(visitor))
}
