//! Serves the station's page over invented papers that are held in memory, to look at it: `cargo run --example station -- [PORT] [NAME:PASSWORD:ROLE …]`.
//! Without names one gets in by the link that is printed, of which there is a new one for each line of input.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;

use chartlift::model::Role;
use chartlift::review::desk::fake::{FakeAccounts, FakeDesk};
use chartlift::review::web::{Clock, Limits, Parts, Way, listen};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let named: Vec<String> = arguments.collect();
    let mut accounts = Vec::new();
    for named in &named {
        let parts: Vec<&str> = named.splitn(3, ':').collect();
        let [name, password, role] = parts[..] else { return Err("NAME:PASSWORD:ROLE is wanted".into()) };
        accounts.push((name, password, Role::parse(role).ok_or("reviewer, lead or auditor is wanted")?));
    }
    let parts = Parts {
        desk: Arc::new(FakeDesk::new(40)),
        accounts: Arc::new(FakeAccounts::new(&accounts)),
        single: accounts.is_empty().then(|| "you".to_owned()),
        limits: Limits { idle: 900, whole: 28_800 },
        clock: Clock::system(),
        build: env!("CARGO_PKG_VERSION"),
    };
    let listening = listen(&Way { at: ([127, 0, 0, 1], port).into(), names: Vec::new(), tls: None }, parts)?;
    let station = listening.station();
    println!("{}", station.link()?);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines() {
            if let Ok(link) = station.link() {
                println!("{link}");
            }
        }
    });
    Ok(listening.run(|| false)?)
}
