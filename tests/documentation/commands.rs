//! docs/reference/commands.md, made of the command line's own definitions.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};
use lyceum::arguments::Arguments;

use super::{cell, check_page};

/// Design.md "The command": every command and option with its environment variable and default.
#[test]
fn the_command_reference_is_true() {
    check_page("commands.md", &page());
}

fn page() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut page = INTRODUCTION.to_owned();
    write_options(&mut page, command.get_arguments().filter(|argument| argument.is_global_set()));
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        write_command(&mut page, "lyceum", sub);
    }
    page
}

fn write_command(page: &mut String, parent: &str, command: &Command) {
    let name = format!("{parent} {}", command.get_name());
    let below: Vec<_> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    if below.is_empty() {
        let positional = command.get_positionals().map(|argument| match argument.is_required_set() {
            true => format!(" <{}>", argument.get_id().as_str().to_uppercase()),
            false => format!(" [{}]...", argument.get_id().as_str().to_uppercase()),
        });
        writeln!(page, "\n## {name}\n\n```text\n{name}{}\n```\n", positional.collect::<String>()).unwrap();
        writeln!(page, "{}.", command.get_about().expect("every command says what it does")).unwrap();
        let own = |argument: &&Arg| !argument.is_global_set() && !is_given(argument);
        if command.get_arguments().any(|argument| own(&argument)) {
            write_options(page, command.get_arguments().filter(own));
        }
    }
    for sub in below {
        write_command(page, &name, sub);
    }
}

/// What clap adds to every command.
fn is_given(argument: &Arg) -> bool {
    matches!(argument.get_id().as_str(), "help" | "version")
}

fn write_options<'a>(page: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    page.push_str("\n| option | environment | default | meaning |\n|---|---|---|---|\n");
    for argument in arguments {
        let value = argument.get_value_names().filter(|_| argument.get_action().takes_values());
        let value = value.and_then(|names| names.first()).map(|name| format!(" <{name}>")).unwrap_or_default();
        let shown = match argument.get_long() {
            Some(long) => format!("`--{long}{value}`"),
            None => format!("`<{}>`", argument.get_id().as_str().to_uppercase()),
        };
        let variable = argument.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
        let defaults = argument.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy()));
        let default =
            if argument.get_action().takes_values() { defaults.collect::<Vec<_>>().join(", ") } else { String::new() };
        let help = argument.get_help().map(|help| format!("{help}.")).unwrap_or_default();
        assert!(!help.is_empty(), "{shown} has no help");
        writeln!(page, "| {shown} | {variable} | {default} | {} |", cell(&format!("{help}{}", choices(argument))))
            .unwrap();
    }
}

fn choices(argument: &Arg) -> String {
    let values = argument.get_possible_values();
    let described = values.iter().filter(|_| argument.get_action().takes_values()).map(|value| {
        let help = value.get_help().map(|help| format!(": {help}")).unwrap_or_default();
        format!(" `{}`{help}.", value.get_name())
    });
    described.collect()
}

const INTRODUCTION: &str = "# Commands

`lyceum` without a command is `lyceum up`. Each command ends with 0 when it has done what was asked, with 1 when it has
not, and then says on the error stream what happened, where, and what to do; with 2 when the command line itself is
wrong. Ctrl-C and SIGTERM stop in order: requests under way finish, events that were written stay written.

## Options for every command
";
