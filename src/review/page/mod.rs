//! The station's screens: what the desk gives, as HTML. Pure; knows no sockets. Text from paper, names and values are escaped by maud.
//!
//! The server's policy for contents lets in one script and one style sheet of its own: no attribute `style`, no inline script, no picture from elsewhere.
//! Pages work without the script too, by plain forms that post to `web::forms`. What a blind item hides is hidden before it gets here.

mod doors;
mod field;
mod group;
mod keys;
mod lists;
mod paper;
mod squeeze;

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};

pub use doors::{SignIn, fault, help, sign_in};
pub use field::{conflicts, escalated, work};
pub use group::group;
pub use keys::{Command, Keys};
pub use lists::{mine, numbers, queue};
pub use paper::paper;

use crate::model::{Reviewer, Role};

/// The script of all screens, as it is served.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| squeeze::squeeze(include_str!("station.js")));
/// The style of all screens.
pub const STYLE: &str = include_str!("station.css");
/// The sign in the browser's tab.
pub const ICON: &str = include_str!("station.svg");

/// What every screen of somebody who has signed in is made with.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Begins every path: empty, or `/` and digits.
    pub base: &'a str,
    /// What a deed must show besides the session: header `X-Chartlift-Token`, or the field `token` of a form.
    pub token: &'a str,
    /// Who has signed in.
    pub reviewer: &'a Reviewer,
    /// The keys that the reviewer has chosen, JSON as [`keys`] gave it.
    pub keys: &'a str,
    /// Version of the program.
    pub build: &'a str,
    /// Seconds without a deed after which the session ends.
    pub idle: i64,
}

/// What was asked for, and what a form was answered without script.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Of this field alone.
    pub field: Option<&'a str>,
    /// Of this kind of document alone.
    pub kind: Option<&'a str>,
    /// Of this document alone.
    pub document: Option<&'a str>,
    /// The question that an answer by form raised: shown with what was typed, and a way to insist.
    pub doubt: Option<&'a str>,
    /// What names the value of a document that the question is about.
    pub handle: Option<&'a str>,
    /// What had been typed.
    pub typed: Option<&'a str>,
    /// What became of the deed before: `Saved.`
    pub said: Option<&'a str>,
}

impl Frame<'_> {
    fn is_lead(&self) -> bool {
        self.reviewer.role == Role::Lead
    }

    fn chosen(&self) -> Keys {
        serde_json::from_str(self.keys).ok().and_then(|kept| Keys::from_json(&kept).ok()).unwrap_or_default()
    }

    fn hidden_token(&self) -> Markup {
        html! { input type="hidden" name="token" value=(self.token); }
    }
}

impl Asked<'_> {
    /// What a form must give back so that the next screen is of the same kind.
    fn hidden(&self) -> Markup {
        html! {
            @for (name, value) in [("of-field", self.field), ("of-kind", self.kind), ("of-document", self.document)] {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
        }
    }
}

/// Checks keys that a reviewer has chosen, and gives them as they are kept, or says what cannot be.
///
/// # Errors
/// What is wrong, in words that hold nothing of what was sent.
pub fn keys(chosen: &serde_json::Value) -> Result<String, String> {
    Keys::from_json(chosen).map(|keys| keys.to_json())
}

/// A screen of somebody who has signed in. `screen` names it for script and style.
fn screen(frame: &Frame, screen: &str, title: &str, body: &Markup) -> String {
    let base = frame.base;
    let link = |path: &str, words: &str, own: &[&str]| {
        html! { a href={ (base) (path) } aria-current=[own.contains(&screen).then_some("page")] { (words) } }
    };
    let top = html! {
        nav aria-label="Station" {
            (link("/", "Queue", &["queue"]))
            @if frame.reviewer.role != Role::Auditor { (link("/work", "Work", &["work", "group"])) }
            @if frame.is_lead() {
                (link("/conflicts", "Conflicts", &["conflicts"]))
                (link("/escalated", "For the lead", &["escalated"]))
            }
            (link("/mine", "My last 50", &["mine"]))
            (link("/numbers", "Numbers", &["numbers"]))
            (link("/help", "Help", &["help"]))
        }
        form.who method="post" action={ (base) "/form/sign-out" } {
            (frame.hidden_token())
            span.name { (frame.reviewer.name) }
            button #lock-now.quiet.scripted type="button" { "Lock" }
            button.quiet type="submit" { "Sign out" }
        }
    };
    whole(base, frame.build, screen, title, Some((frame, &top)), body)
}

fn whole(base: &str, build: &str, screen: &str, title: &str, signed_in: Option<(&Frame, &Markup)>, body: &Markup) -> String {
    let frame = signed_in.map(|(frame, _)| frame);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – chartlift" }
                link rel="stylesheet" href={ (base) "/station.css?" (build) };
                link rel="icon" type="image/svg+xml" href={ (base) "/station.svg" };
                script src={ (base) "/station.js?" (build) } defer {}
            }
            body data-screen=(screen) data-base=(base) data-build=(build) data-token=[frame.map(|frame| frame.token)]
                data-keys=[frame.map(|frame| frame.chosen().for_script())] data-idle=[frame.map(|frame| frame.idle)]
                data-reviewer=[frame.map(|frame| &frame.reviewer.name)] {
                a.skip href="#main" { "Go to the work" }
                header.top {
                    a.brand href={ (base) "/" } { "chartlift" }
                    @if let Some((_, top)) = signed_in { (top) }
                }
                main #main tabindex="-1" { (body) }
                p #status.status role="status" {}
                p #alert.alert role="alert" {}
            }
        }
    }
    .into_string()
}

/// A number with the word that fits it.
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests;
