//! The command line of the example `desk`, as a process: what it prints, to a pipe and to a terminal, and what it ends with.

mod answers;
mod desk;
mod explained;
mod goes_on;
mod help;
mod in_process;
mod inputs;
mod looks;
mod output;
mod records;
#[cfg(unix)]
mod terminal;
