//! Sign-in, faults, help.

use maud::{Markup, html};

use super::keys::{Command, Keys};
use super::{Frame, screen, whole};

/// The sign-in screen.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// Begins every path.
    pub base: &'a str,
    /// Version of the program.
    pub build: &'a str,
    /// Whether one gets in by the link that the program printed, for want of accounts; the script takes it from the address's fragment.
    pub launch: bool,
    /// What was wrong.
    pub said: Option<&'a str>,
}

/// The sign-in screen.
pub fn sign_in(sign_in: &SignIn) -> String {
    let body = html! {
        section.door {
            h1 { "Sign in" }
            @if let Some(said) = sign_in.said { p.doubt role="alert" { (said) } }
            @if sign_in.launch {
                p { "Open the link that the program printed, or paste the code at its end, after the #." }
                form #launch method="post" action={ (sign_in.base) "/form/launch" } {
                    label { "Code" input name="launch" autocomplete="off" spellcheck="false" required autofocus; }
                    button.primary type="submit" { "Sign in" }
                }
            } @else {
                form #sign-in method="post" action={ (sign_in.base) "/form/sign-in" } { (sign_in_fields()) }
            }
            p.note { "What you see here is about patients. Lock the screen or sign out when you leave." }
        }
    };
    whole(sign_in.base, sign_in.build, "sign-in", "Sign in", None, &body)
}

fn sign_in_fields() -> Markup {
    html! {
        label { "Name" input name="name" autocomplete="username" autocapitalize="off" spellcheck="false" required autofocus; }
        label { "Password" input name="password" type="password" autocomplete="current-password" required; }
        label {
            "Code of your app, if your account has one"
            input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*";
        }
        button.primary type="submit" { "Sign in" }
    }
}

/// Something that cannot be shown or done.
pub fn fault(base: &str, title: &str, message: &str) -> String {
    let body = html! {
        section.door { h1 { (title) } p { (message) } p { a.button href={ (base) "/" } { "To the queue" } } }
    };
    whole(base, env!("CARGO_PKG_VERSION"), "fault", title, None, &body)
}

/// Keys and how to work.
pub fn help(frame: &Frame) -> String {
    let keys = frame.chosen();
    let body = html! {
        h1 { "Help" }
        div.prose {
            p { "Compare the box with the picture above it. If it is right, press " kbd { (keys.of(Command::Accept)) } "; the next one comes by itself, and what you said is saved before you have read it." }
            p { "If a character is wrong, type: the caret stands on the first doubtful one, which is underlined. " kbd { "Tab" } " goes to the next doubtful one. "
                "Write what is on the paper, also where you think that the paper is wrong; tell the lead by a note." }
            p { "Some items come with an empty box: key what you see. Some of these are checks, most are not." }
            p { "Nothing is lost: when a save fails the page stops with your text in the box. Your last fifty answers can be taken back." }
        }
        h2 { "Keys" }
        form #keys method="post" action={ (frame.base) "/form/keys" } {
            (frame.hidden_token())
            table.list.keys {
                thead { tr { th scope="col" { "What it does" } th scope="col" { "Key" } } }
                tbody {
                    @for &command in Command::ALL {
                        @let id = format!("key-{}", command.as_str());
                        tr {
                            td { label for=(id) { (command.words()) } }
                            td {
                                select id=(id) name=(command.as_str()) {
                                    @for &key in Keys::choices(command) { option value=(key) selected[keys.of(command) == key] { (key) } }
                                }
                            }
                        }
                    }
                }
            }
            button.primary type="submit" { "Save keys" }
        }
        h2 { "Keys that stay as they are" }
        table.list.keys {
            tbody {
                @for (key, words) in FIXED { tr { td { (words) } td { kbd { (key) } } } }
            }
        }
    };
    screen(frame, "help", "Help", &body)
}

/// Keys that no command has.
const FIXED: &[(&str, &str)] = &[
    ("Tab / Shift+Tab", "Next or previous doubtful character, then the next control"),
    ("Esc", "Close what lies over the item; in the box: select all of it"),
    ("+ −", "Page: nearer, farther (also the wheel)"),
    ("Arrows", "Page: move. Place: move the frame, with Shift change its size. Tiles: go to another one"),
    ("R", "Page: turn by a quarter, for looking only"),
    ("Space", "Tiles: mark or unmark"),
];
