//! What `chartlift push` and `chartlift reconcile` say, for people and as JSON: names of documents, types, counts and servers' ids, never a value.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use super::Exit;
use super::summary::{count, list};
use crate::ledger::DeliveredDocument;
use crate::model::{Deed, Delivery, DocumentId, Ended, Known};
use crate::push::{Item, Mismatch, Plan};

/// What a push came to.
#[derive(Clone, Debug, Default)]
pub struct PushReport {
    /// The archive.
    pub archive: PathBuf,
    /// The server's base address.
    pub to: String,
    /// What the server calls itself.
    pub server: String,
    /// Whether what was new of a document went as transactions.
    pub transactions: bool,
    /// Whether nothing was sent.
    pub dry_run: bool,
    /// Documents that were to be sent.
    pub planned: u64,
    /// Documents that were on the server as they should be before.
    pub delivered_before: u64,
    /// Documents that are there now.
    pub done: u64,
    /// The same by name, until they were drawn from for the check.
    pub done_now: Vec<DeliveredDocument>,
    /// What was done, by type.
    pub deeds: BTreeMap<String, BTreeMap<Deed, u64>>,
    /// Resources on the server by what was ever delivered, by type.
    pub on_server: BTreeMap<String, u64>,
    /// Documents that wait for a person, and why.
    pub set_aside: Vec<(DocumentId, Ended, String)>,
    /// Of these, the ones that were set aside before.
    pub aside_before: u64,
    /// Documents that got no answer: the next push tries them again.
    pub failed: Vec<(DocumentId, String)>,
    /// Documents that went without their scan, and why.
    pub without_scan: Vec<(DocumentId, String)>,
    /// Resources that should be changed or taken back and could not: others' own, or of a type that has no mark for it.
    pub for_people: Vec<(DocumentId, Deed, String)>,
    /// Documents that were read back.
    pub checked: u64,
    /// What the server holds otherwise than it was sent.
    pub check_faults: Vec<(DocumentId, String)>,
    /// Whether a signal ended it.
    pub interrupted: bool,
}

impl PushReport {
    /// Counts what was done with a document's resources.
    pub fn took(&mut self, document: &DocumentId, deliveries: &[Delivery]) {
        for delivery in deliveries {
            *self.deeds.entry(delivery.kind.clone()).or_default().entry(delivery.deed).or_default() += 1;
            // A Provenance of what was taken back is history; houses, doctors and devices may be used by others.
            let worth = delivery.kind == "Patient" || (delivery.is_of_document() && delivery.kind != "Provenance");
            if matches!(delivery.deed, Deed::Kept | Deed::Left) && worth {
                let server_id = delivery.server_id.as_deref().unwrap_or("?");
                let what = format!("{} ({}/{server_id})", delivery.path, delivery.kind);
                self.for_people.push((document.clone(), delivery.deed, what));
            }
        }
    }

    /// Counts what would be done.
    pub fn would(&mut self, items: &[Item], plan: &Plan, known: &[Known], with_scan: &[&str]) {
        let mut add = |kind: &str, deed| *self.deeds.entry(kind.to_owned()).or_default().entry(deed).or_default() += 1;
        plan.create.iter().for_each(|&at| add(&items[at].kind, Deed::Created));
        plan.update.iter().for_each(|&(at, _)| add(&items[at].kind, Deed::Updated));
        plan.retract.iter().for_each(|&at| add(&known[at].last.kind, Deed::Retracted));
        plan.noted.iter().for_each(|noted| add(&noted.kind, noted.deed));
        with_scan.iter().for_each(|kind| add(kind, Deed::Created));
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.set_aside.is_empty() && self.failed.is_empty() && self.without_scan.is_empty() && self.check_faults.is_empty() {
            Exit::Done
        } else {
            Exit::SomeFailed
        }
    }

    /// How many resources have a deed.
    pub fn of(&self, deed: Deed) -> u64 {
        self.deeds.values().filter_map(|deeds| deeds.get(&deed)).sum()
    }

    /// For people.
    pub fn human(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "push        {} to {}", self.archive.display(), self.to);
        if self.dry_run {
            let _ =
                writeln!(text, "nothing was sent: this is what would be; whether the server has some of it already shows when it is asked");
        } else {
            let how = if self.transactions { "transactions" } else { "single requests" };
            let server = if self.server.is_empty() { String::new() } else { format!(" ({})", self.server) };
            let _ = writeln!(text, "by          {how}{server}");
        }
        let done = if self.dry_run { self.planned } else { self.done };
        let verb = if self.dry_run { "to send" } else { "done" };
        let _ = writeln!(text, "documents   {done} {verb}, {} there before, {} set aside", self.delivered_before, self.set_aside.len());
        let left = self.planned.saturating_sub(self.done + self.failed.len() as u64 + self.set_aside.len() as u64 - self.aside_before);
        if !self.dry_run && left > 0 {
            let _ = writeln!(text, "            {left} not begun, or without an answer: push again to go on");
        }
        for (kind, deeds) in &self.deeds {
            let parts: Vec<String> = deeds.iter().map(|(deed, n)| format!("{n} {}", deed.as_str())).collect();
            let _ = writeln!(text, "  {kind:<22} {}", parts.join(", "));
        }
        if !self.on_server.is_empty() {
            let _ = writeln!(text, "on server   {} by the ledger", count(self.on_server.values().sum(), "resource"));
        }
        if self.checked > 0 {
            let verdict =
                if self.check_faults.is_empty() { "all as sent".to_owned() } else { count(self.check_faults.len() as u64, "fault") };
            let _ = writeln!(text, "read back   {}: {verdict}", count(self.checked, "document"));
        }
        let lines = self.set_aside.iter().map(|(document, ended, said)| format!("{document}: {}: {said}", ended.as_str()));
        list(&mut text, "set aside (push --again tries them again):", lines, self.set_aside.len());
        let lines = self.failed.iter().map(|(document, said)| format!("{document}: {said}"));
        list(&mut text, "without an answer (the next push tries them again):", lines, self.failed.len());
        let lines = self.without_scan.iter().map(|(document, why)| format!("{document}: {why}"));
        list(&mut text, "without their scan:", lines, self.without_scan.len());
        let lines = self.for_people.iter().map(|(document, deed, what)| format!("{document}: {what}: {}", meaning(*deed)));
        list(&mut text, "for a person to see to on the server:", lines, self.for_people.len());
        let lines = self.check_faults.iter().map(|(document, fault)| format!("{document}: {fault}"));
        list(&mut text, "otherwise than sent:", lines, self.check_faults.len());
        if self.exit() != Exit::Done {
            let _ = writeln!(text, "exit code {}: {}", self.exit().code(), self.exit().meaning());
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        let pairs =
            |list: &[(DocumentId, String)]| list.iter().map(|(d, why)| json!({"document": d.as_str(), "why": why})).collect::<Vec<_>>();
        let deeds: BTreeMap<&String, BTreeMap<&str, u64>> =
            self.deeds.iter().map(|(kind, deeds)| (kind, deeds.iter().map(|(deed, n)| (deed.as_str(), *n)).collect())).collect();
        let set_aside: Vec<_> =
            self.set_aside.iter().map(|(d, ended, why)| json!({"document": d.as_str(), "outcome": ended.as_str(), "why": why})).collect();
        let for_people: Vec<_> = self
            .for_people
            .iter()
            .map(|(d, deed, what)| json!({"document": d.as_str(), "deed": deed.as_str(), "resource": what}))
            .collect();
        let value = json!({
            "archive": self.archive,
            "to": self.to,
            "server": self.server,
            "mode": if self.transactions { "transaction" } else { "single" },
            "dryRun": self.dry_run,
            "documents": {"planned": self.planned, "done": self.done, "deliveredBefore": self.delivered_before, "setAside": self.set_aside.len(), "failed": self.failed.len()},
            "resources": deeds,
            "onServer": self.on_server,
            "setAside": set_aside,
            "failed": pairs(&self.failed),
            "withoutScan": pairs(&self.without_scan),
            "forPeople": for_people,
            "readBack": {"documents": self.checked, "faults": pairs(&self.check_faults)},
            "exitCode": self.exit().code(),
        });
        format!("{value:#}\n")
    }
}

fn meaning(deed: Deed) -> &'static str {
    match deed {
        Deed::Kept => "the document says otherwise now; others made it, so it is left as it is",
        _ => "should be taken back, and cannot be marked so",
    }
}

/// What a look through the server found.
#[derive(Clone, Debug)]
pub struct ReconcileReport {
    /// The archive.
    pub archive: PathBuf,
    /// The server's base address.
    pub to: String,
    /// Resources that were delivered and live.
    pub resources: u64,
    /// Of these, those that were searched.
    pub checked: u64,
    /// Those of which the server has none, another, or several.
    pub mismatches: Vec<(DocumentId, Mismatch)>,
    /// Whether a signal ended it.
    pub interrupted: bool,
}

impl ReconcileReport {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match (self.interrupted, self.mismatches.is_empty()) {
            (true, _) => Exit::Interrupted,
            (false, true) => Exit::Done,
            (false, false) => Exit::SomeFailed,
        }
    }

    /// For people.
    pub fn human(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "reconcile   {} with {}", self.archive.display(), self.to);
        let several = self.mismatches.iter().filter(|(_, m)| m.found.len() > 1).count();
        let missing = self.mismatches.iter().filter(|(_, m)| m.found.is_empty()).count();
        let other = self.mismatches.len() - several - missing;
        let _ = writeln!(text, "searched    {} of {}", self.checked, count(self.resources, "resource"));
        let _ = writeln!(text, "found       {several} several times, {missing} not at all, {other} under another id");
        let line = |(document, m): &(DocumentId, Mismatch)| {
            let found = if m.found.is_empty() { "none".to_owned() } else { m.found.join(", ") };
            format!("{document}: {} of {}: delivered {}/{}, found {found}", m.kind, m.path, m.kind, m.delivered)
        };
        list(&mut text, "for a person to see to on the server:", self.mismatches.iter().map(line), self.mismatches.len());
        if self.exit() != Exit::Done {
            let _ = writeln!(text, "exit code {}: {}", self.exit().code(), self.exit().meaning());
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        let mismatches: Vec<_> = self
            .mismatches
            .iter()
            .map(|(d, m)| json!({"document": d.as_str(), "type": m.kind, "path": m.path, "delivered": m.delivered, "found": m.found}))
            .collect();
        let value = json!({
            "archive": self.archive,
            "to": self.to,
            "resources": self.resources,
            "searched": self.checked,
            "mismatches": mismatches,
            "exitCode": self.exit().code(),
        });
        format!("{value:#}\n")
    }
}
