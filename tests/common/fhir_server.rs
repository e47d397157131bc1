//! A FHIR server for a test: scripts/fhir/server.mjs, started on a free port of the loopback and ended with the value.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running server; ends when dropped.
pub struct FhirServer {
    child: Child,
    /// Its base, such as `http://127.0.0.1:41234/fhir`.
    pub base: String,
}

impl FhirServer {
    /// Starts a server with settings of its own (`FHIR_TOKEN` and others: head of server.mjs); installs what it needs first.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(super::root().join("scripts/fhir/serve.sh"))
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash and scripts/fhir/serve.sh");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its first line");
        let base = line.trim().strip_prefix("listening on ").map(str::to_owned);
        if base.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        Self { base: base.expect("the FHIR server starts (scripts/fhir/serve.sh says why not)"), child }
    }

    /// The answer to a GET below the base, such as `Patient?_summary=count`.
    pub fn get(&self, path: &str) -> serde_json::Value {
        let text = ureq::get(format!("{}/{path}", self.base))
            .call()
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
            .body_mut()
            .read_to_string();
        serde_json::from_str(&text.expect("text")).expect("JSON")
    }

    /// How many resources a search finds: a type, with or without criteria.
    pub fn count(&self, search: &str) -> u64 {
        let joint = if search.contains('?') { '&' } else { '?' };
        self.get(&format!("{search}{joint}_summary=count"))["total"].as_u64().expect("a total")
    }
}

impl Drop for FhirServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
