//! Parse, run, exit code.

use std::process::ExitCode;

use chartlift::decode::{CHILD_COMMAND, child_main};
use chartlift::pipeline::{APART_COMMAND, apart_main};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next();
    // Before anything else: the decoding child limits itself, and nothing may have been read or opened by then.
    if command.as_deref().is_some_and(|command| command == CHILD_COMMAND) {
        return child_main(arguments);
    }
    chartlift::cli::quiet_panics();
    if command.as_deref().is_some_and(|command| command == APART_COMMAND) {
        return apart_main();
    }
    chartlift::cli::main()
}
