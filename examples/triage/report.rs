//! What is printed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use super::steps::Reply;
use super::tickets::Unread;

/// Prints what became of each ticket, and counts.
pub(crate) struct Report<W> {
    out: W,
    /// How many answers were sent after so many revisions.
    sent: BTreeMap<usize, usize>,
    /// How many tickets went to a person, by the reason.
    escalated: BTreeMap<String, usize>,
    spam: usize,
    failed: usize,
    unread: usize,
}

impl<W: Write> Report<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, sent: BTreeMap::new(), escalated: BTreeMap::new(), spam: 0, failed: 0, unread: 0 }
    }

    pub(crate) fn ticket(
        &mut self,
        name: &str,
        path: &[String],
        outcome: &Result<Reply, impl fmt::Display>,
    ) -> io::Result<()> {
        writeln!(self.out, "{name}")?;
        writeln!(self.out, "  path: {}", path.join(" → "))?;
        match outcome {
            Ok(Reply::Nothing) => {
                self.spam += 1;
                writeln!(self.out, "  spam: no reply")?;
            }
            Ok(Reply::Sent(text)) => {
                let revisions = path.iter().filter(|node| *node == "revise").count();
                *self.sent.entry(revisions).or_default() += 1;
                writeln!(self.out, "  sent:")?;
                self.indented(text)?;
            }
            Ok(Reply::Escalated { why, text }) => {
                *self.escalated.entry(why.to_string()).or_default() += 1;
                writeln!(self.out, "  escalated: {why}")?;
                self.indented(text)?;
            }
            Err(failure) => {
                self.failed += 1;
                writeln!(self.out, "  failed: {failure}")?;
                eprintln!("triage: {name}: {failure}");
            }
        }
        writeln!(self.out)
    }

    pub(crate) fn unread(&mut self, unread: &Unread) -> io::Result<()> {
        self.unread += 1;
        // What was printed so far comes first, where both go to one terminal.
        self.out.flush()?;
        eprintln!("triage: {unread}");
        Ok(())
    }

    /// Prints the sums; whether every ticket was read and came to an end.
    pub(crate) fn close(mut self) -> io::Result<bool> {
        let sent: usize = self.sent.values().sum();
        let escalated: usize = self.escalated.values().sum();
        let all = sent + escalated + self.spam + self.failed;
        writeln!(self.out, "{all} ticket{}", plural(all))?;
        writeln!(self.out, "  {sent} answered")?;
        for (&revisions, count) in &self.sent {
            let s = plural(revisions);
            writeln!(self.out, "    {count} after {revisions} revision{s}")?;
        }
        writeln!(self.out, "  {escalated} for a person")?;
        for (why, count) in &self.escalated {
            writeln!(self.out, "    {count}: {why}")?;
        }
        writeln!(self.out, "  {} spam", self.spam)?;
        if self.failed > 0 {
            writeln!(self.out, "  {} failed", self.failed)?;
        }
        if self.unread > 0 {
            writeln!(self.out, "  {} could not be read", self.unread)?;
        }
        self.out.flush()?;
        Ok(self.failed + self.unread == 0)
    }

    fn indented(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            if line.is_empty() {
                writeln!(self.out)?;
            } else {
                writeln!(self.out, "    {line}")?;
            }
        }
        Ok(())
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
