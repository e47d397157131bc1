//! The group view: tiles that the machine read alike; all but the marked ones are accepted at once.

use maud::html;

use super::field::snippet;
use super::keys::Command;
use super::{Asked, Frame, screen};
use crate::model::Role;
use crate::review::desk::Task;

/// Values that the machine read alike, as tiles.
pub fn group(frame: &Frame, tasks: &[Task], asked: &Asked) -> String {
    let Some(first) = tasks.first() else {
        let body = html! {
            @if let Some(said) = asked.said { p.said role="status" { (said) } }
            h1 { "Groups" }
            p { "Nothing waits here that can be answered in groups." }
            p { a.button href={ (frame.base) "/" } { "To the queue" } }
        };
        return screen(frame, "group", "Groups", &body);
    };
    let words = |task: &Task| {
        let value = task.value.as_deref().unwrap_or_default();
        task.choices.iter().find(|(code, _)| code == value).map_or(value, |(_, words)| words).to_owned()
    };
    let keys = frame.chosen();
    let body = html! {
        @if let Some(said) = asked.said { p.said role="status" { (said) } }
        form #group method="post" action={ (frame.base) "/form/group" } data-field=(first.field) data-kind=[asked.kind]
            data-tasks=[serde_json::to_string(tasks).ok()] autocomplete="off" {
            (frame.hidden_token())
            input type="hidden" name="of-field" value=(first.field);
            @if let Some(kind) = asked.kind { input type="hidden" name="of-kind" value=(kind); }
            header.asked {
                h1 #label { (first.label) ": " span #read.value { (words(first)) } "?" }
                p #left { (tasks.len()) " tiles" }
            }
            p #group-help {
                "All these were read alike. Mark what is not so; the marked ones stay for the field view."
                span.scripted-inline { " Arrows move, " kbd { "Space" } " marks, typing another value corrects." }
            }
            p #doubt.doubt role="alert" { @if let Some(doubt) = asked.doubt { (doubt) } }
            @if asked.doubt.is_some() { input type="hidden" name="insist" value="true"; }
            ul #tiles.tiles aria-describedby="group-help" {
                @for (n, task) in (1..).zip(tasks) {
                    li.tile {
                        span.crop { (snippet(frame, task)) }
                        input type="hidden" name="item" value={ (task.id) " " (task.version) " " (task.value.as_deref().unwrap_or_default()) };
                        label.tile-line {
                            input type="checkbox" name="marked" value=(task.id) aria-label={ "Leave tile " (n) ", page " (task.page) };
                            " " span.value { (words(task)) }
                        }
                    }
                }
            }
            @if frame.reviewer.role != Role::Auditor {
                div.main-act.stuck {
                    button.primary type="submit" name="outcome" value="verified" data-do=(Command::Accept.as_str()) {
                        "Accept all unmarked " kbd { (keys.of(Command::Accept)) }
                    }
                    button type="submit" name="outcome" value="postpone" data-do=(Command::Postpone.as_str()) {
                        "Put all off " kbd { (keys.of(Command::Postpone)) }
                    }
                    button.scripted type="button" data-do=(Command::Back.as_str()) { "Back " kbd { (keys.of(Command::Back)) } }
                }
            }
        }
    };
    screen(frame, "group", "Group", &body)
}
