//! `chartlift review user`: the accounts of an archive's station.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{Complaint, environment};
use crate::ledger::{AccountChange, Ledger};
use crate::model::{Account, Role};
use crate::pipeline::{Archive, RunError};
use crate::report::{AccountsReport, Exit, to_stderr, to_stdout};
use crate::review::accounts::{self, Refused, Totp};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account; its password is asked for
    Add(Add),
    /// List the accounts
    List(List),
    /// Set another password
    Password(Password),
    /// Ask for one-time codes too: makes a secret and shows it once
    Totp(OneTime),
    /// Shut an account; what it decided stays
    Disable(Named),
    /// Open it again
    Enable(Named),
    /// Say what an account may do
    Role(SetRole),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Folder of the archive
    archive: PathBuf,
    /// The account's name
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    account: Named,
    /// What it may do
    #[arg(long, value_enum, default_value = "reviewer")]
    role: RoleName,
    /// Ask for one-time codes too: shows their secret once
    #[arg(long)]
    totp: bool,
    /// Take the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Password {
    #[command(flatten)]
    account: Named,
    /// Take the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct OneTime {
    #[command(flatten)]
    account: Named,
    /// Ask for no codes any more
    #[arg(long)]
    off: bool,
}

#[derive(Debug, Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    account: Named,
    /// What it may do
    #[arg(value_enum)]
    role: RoleName,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Folder of the archive
    archive: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Roles as they are typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Answers items
    Reviewer,
    /// Settles conflicts and sees the team's figures too
    Lead,
    /// Looks and changes nothing
    Auditor,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Reviewer => Self::Reviewer,
            RoleName::Lead => Self::Lead,
            RoleName::Auditor => Self::Auditor,
        }
    }
}

pub(super) fn user(command: &UserCommand) -> Result<Exit, Complaint> {
    match command {
        UserCommand::List(List { archive, json }) => {
            let (ledger, _) = Archive::look(archive)?;
            let report = AccountsReport { accounts: ledger.accounts().map_err(RunError::from)? };
            to_stdout(&if *json { report.json() } else { report.human() })?;
        }
        UserCommand::Add(arguments) => add(arguments)?,
        UserCommand::Password(Password { account, password_stdin }) => {
            let mut ledger = known(account)?;
            let digest = accounts::digest(&account.name, &password(*password_stdin)?).map_err(refused)?;
            change(&mut ledger, account, AccountChange::Password(&digest))?;
            to_stderr(&format!("{} has another password\n", account.name));
        }
        UserCommand::Totp(OneTime { account, off: true }) => {
            change(&mut known(account)?, account, AccountChange::Totp(None))?;
            to_stderr(&format!("{} signs in by password alone\n", account.name));
        }
        UserCommand::Totp(OneTime { account, off: false }) => {
            let secret = secret()?;
            change(&mut known(account)?, account, AccountChange::Totp(Some(&secret.to_hex())))?;
            show(&account.name, &secret)?;
        }
        UserCommand::Disable(account) => {
            change(&mut known(account)?, account, AccountChange::Open(false))?;
            to_stderr(&format!("{} cannot sign in any more; what it decided stays\n", account.name));
        }
        UserCommand::Enable(account) => {
            change(&mut known(account)?, account, AccountChange::Open(true))?;
            to_stderr(&format!("{} can sign in again\n", account.name));
        }
        UserCommand::Role(SetRole { account, role }) => {
            let role = Role::from(*role);
            change(&mut known(account)?, account, AccountChange::Role(role))?;
            to_stderr(&format!("{} is {} now\n", account.name, role.as_str()));
        }
    }
    Ok(Exit::Done)
}

fn add(arguments: &Add) -> Result<(), Complaint> {
    let Named { archive, name } = &arguments.account;
    accounts::check_name(name).map_err(refused)?;
    let mut ledger = open(archive)?;
    let taken = || {
        Complaint::usage(
            format!("there is an account {name} already"),
            "`chartlift review user list` shows them; `enable` opens one that was shut",
        )
    };
    if ledger.account(name).map_err(RunError::from)?.is_some() {
        return Err(taken());
    }
    let digest = accounts::digest(name, &password(arguments.password_stdin)?).map_err(refused)?;
    let secret = if arguments.totp { Some(secret()?) } else { None };
    let account =
        Account { password: digest, totp: secret.as_ref().map(Totp::to_hex), ..Account::new(name.clone(), arguments.role.into()) };
    if !ledger.add_account(&operator(), &account).map_err(RunError::from)? {
        return Err(taken());
    }
    to_stderr(&format!("{name} can sign in as {}\n", account.role.as_str()));
    secret.map_or(Ok(()), |secret| show(name, &secret))
}

fn open(archive: &Path) -> Result<Ledger, Complaint> {
    Ok(Archive::beside(archive)?.0)
}

/// The ledger, in which there is such an account.
fn known(account: &Named) -> Result<Ledger, Complaint> {
    let ledger = open(&account.archive)?;
    if ledger.account(&account.name).map_err(RunError::from)?.is_none() {
        return Err(nobody(&account.name));
    }
    Ok(ledger)
}

fn change(ledger: &mut Ledger, account: &Named, change: AccountChange<'_>) -> Result<(), Complaint> {
    let changed = ledger.change_account(&operator(), &account.name, change).map_err(RunError::from)?;
    if changed { Ok(()) } else { Err(nobody(&account.name)) }
}

fn nobody(name: &str) -> Complaint {
    Complaint::usage(format!("there is no account {name}"), "`chartlift review user list` shows them, `add` makes one")
}

fn refused(refused: Refused) -> Complaint {
    let exit = if refused == Refused::Machine { Exit::Fatal } else { Exit::Usage };
    Complaint::new(exit, refused, None)
}

fn secret() -> Result<Totp, Complaint> {
    Totp::random().ok_or_else(|| refused(Refused::Machine))
}

/// Shows a secret, for the only time.
fn show(name: &str, secret: &Totp) -> Result<(), Complaint> {
    to_stderr("give this to the owner's authenticator now; it is not shown again:\n");
    Ok(to_stdout(&format!("{}\nor by hand: {}\n", accounts::otpauth(name, secret), secret.base32()))?)
}

/// A new password: from standard input, or asked for twice without being shown.
fn password(stdin: bool) -> Result<String, Complaint> {
    if stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt)
            .map_err(|_| Complaint::usage("there is no terminal to ask for a password".to_owned(), "pipe it in, with --password-stdin"))
    };
    let first = ask("New password: ")?;
    if first != ask("Once more: ")? {
        return Err(Complaint::usage("the two entries differ".to_owned(), "nothing was changed; try again"));
    }
    Ok(first)
}

/// Who works at the command line, for the audit.
pub(super) fn operator() -> String {
    environment("USER").or_else(|| environment("LOGNAME")).unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}
