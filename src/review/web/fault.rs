//! What cannot be shown or done, as answers: in words, without a patient's text, and with an id where the log knows more.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::review::desk::{DeskError, Meanwhile};
use crate::review::page;

/// An answer that is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    message: String,
    meanwhile: Option<Meanwhile>,
    /// Seconds.
    later: Option<i64>,
}

/// As programs get it.
#[derive(Serialize)]
struct Told<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meanwhile: Option<&'a Meanwhile>,
}

impl Fault {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), meanwhile: None, later: None }
    }

    /// There is no such page; also said of what is not for the asker to know.
    pub(super) fn unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing of that name.")
    }

    /// The request is not of the form that is wanted. What it held is not repeated.
    pub(super) fn unclear() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "The station does not understand that. Load the page again.")
    }

    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "You are signed out. Sign in and go on.")
    }

    /// To be tried again after so many seconds.
    pub(super) fn later(seconds: i64) -> Self {
        let message = format!("Too many attempts. Try again in {seconds} s.");
        Self { later: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    /// A fault of the program or the machine; what happened goes into the log alone.
    pub(super) fn of_program(what: &str) -> Self {
        let id = super::sessions::secret()
            .map_or_else(|_| "unknown".to_owned(), |secret| secret.chars().filter(char::is_ascii_alphanumeric).take(8).collect());
        tracing::error!(id, what, "the station could not answer");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("Something went wrong. The log knows it as {id}."))
    }

    /// What is said of an answer that carries no fault of ours: by its status alone.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::unknown(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "That cannot be done here."),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "That is too much at once."),
            status if status.is_server_error() => Self { status, ..Self::of_program("an answer failed") },
            status => Self { status, ..Self::unclear() },
        }
    }

    /// The words.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The answer in its final form.
    pub(super) fn render(&self, base: &str, form: Form) -> Response {
        let (kind, body) = match form {
            Form::Json => {
                let told = Told { error: &self.message, meanwhile: self.meanwhile.as_ref() };
                ("application/json", serde_json::to_string(&told).unwrap_or_else(|_| "{}".to_owned()))
            }
            Form::Page => ("text/html; charset=utf-8", page::fault(base, self.title(), &self.message)),
            Form::Text => ("text/plain; charset=utf-8", self.message.clone()),
        };
        let mut response = (self.status, [(CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.later {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "Not here",
            StatusCode::CONFLICT => "Changed meanwhile",
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::UNAUTHORIZED => "Signed out",
            StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
            status if status.is_server_error() => "Something went wrong",
            _ => "Not understood",
        }
    }
}

/// How an answer that is none is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Page,
    Text,
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        let message = error.to_string();
        match error {
            DeskError::Unknown => Self::unknown(),
            DeskError::Stale(meanwhile) => Self { meanwhile: Some(*meanwhile), ..Self::new(StatusCode::CONFLICT, message) },
            DeskError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, message),
            DeskError::Unclear(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, message),
            DeskError::Fault { id } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("Something went wrong. The log knows it as {id}."))
            }
        }
    }
}

/// Travels within the answer until it is known how to put it.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives answers that are none their form; leaves others alone.
pub(super) fn finish(mut response: Response, base: &str, form: Form) -> Response {
    let status = response.status();
    match response.extensions_mut().remove::<Fault>() {
        Some(fault) => fault.render(base, form),
        None if status.is_client_error() || status.is_server_error() => Fault::of_status(status).render(base, form),
        None => response,
    }
}
