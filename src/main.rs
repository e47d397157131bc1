//! Parse, run, exit code.

use std::process::ExitCode;

use chartlift::decode::{CHILD_COMMAND, child_main};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    // Before anything else: the child limits itself, and nothing may have been read or opened by then.
    if args.next().is_some_and(|command| command == CHILD_COMMAND) {
        return child_main(args);
    }
    ExitCode::SUCCESS
}
