//! The `lyceum` command: reads what is asked and starts it. All else stands in the library.

use std::process::ExitCode;

use clap::Parser;
use lyceum::arguments::Arguments;

fn main() -> ExitCode {
    match lyceum::run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lyceum: {error}");
            ExitCode::FAILURE
        }
    }
}
