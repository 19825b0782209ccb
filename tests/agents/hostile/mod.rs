//! Models that reply anything: no call is made that the graph does not offer, no bound is passed, and every run ends.
//!
//! Ten thousand runs in this process are in every build, and some hundreds over the wire. Each seed gives the same replies in
//! every build; more of them with `LOOMFLOW_SEEDS=50000 cargo test --all-features --test agents hostile::`, so many for each of
//! the two agents.

mod in_process;
mod over_the_wire;
mod replies;

use crate::desk::{Desk, Report, add, create_report, send_email, web_search};
use loomflow::{
    Run, Traced,
    model::{Approval, Approve},
    prelude::*,
};

const SEARCHES: usize = 4;

agent! {
    /// With rules.
    Ruled(question: String) -> Report {
        start -> web_search(query: question) | add;
        add -> add max 2 | web_search else end(Report { title: "spent".to_owned() });
        web_search -> web_search max 4 | send_email | create_report;
        send_email | create_report -> end;
        require web_search before create_report;
        ask before send_email max 2;
    }
}

agent! {
    /// Without any but a bound.
    Free(question: String) -> String {
        tools [add, web_search, send_email max 1] max 6;
        require web_search before end;
        ask before send_email;
    }
}

/// How many runs there are of each agent, where nobody says.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    0..std::env::var("LOOMFLOW_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(usual)
}

/// Whether the person approves what is asked in the run of a seed.
const fn granted(seed: u64) -> bool {
    seed.is_multiple_of(3)
}

fn ruled(desk: &Desk, seed: u64) -> Run<'_, Traced<Report>> {
    Ruled::trace(desk, "why?".to_owned()).answering::<Approve<send_email>>(move |_| {
        Some(if granted(seed) { Approval::Granted } else { Approval::Refused("no".to_owned()) })
    })
}

fn free(desk: &Desk) -> Run<'_, Traced<String>> {
    Free::trace(desk, "why?".to_owned()).answering::<Approve<send_email>>(|_| Some(Approval::Granted))
}

/// What a model was offered, as a line between the calls that were made.
fn offer(tools: &[&str]) -> String {
    format!("? {} ", tools.join(" "))
}

/// How it went: the nodes, and what was offered and done, in order.
struct Went<'a> {
    seed: u64,
    path: &'a str,
    log: &'a [String],
}

impl Went<'_> {
    /// The name of a tool that was called; nothing where something was offered.
    fn call(entry: &str) -> Option<&str> {
        entry.split_once('(').map(|(tool, _)| tool).filter(|_| !entry.starts_with('?'))
    }

    fn of(&self, tool: &str) -> usize {
        self.log.iter().filter(|entry| Self::call(entry) == Some(tool)).count()
    }

    /// Where a search has succeeded first.
    fn searched(&self) -> Option<usize> {
        self.log.iter().position(|entry| entry.starts_with("web_search(") && !entry.contains("(broken "))
    }

    /// What holds of every agent: each call was among those that had just been offered, for each offer there is one call at
    /// the most, and the graph knows how long a run can be.
    fn holds(&self, most_steps: &str) {
        let Went { seed, path, log } = self;
        let mut offered = "";
        for entry in *log {
            match Self::call(entry) {
                Some(tool) => {
                    assert!(offered.contains(&format!(" {tool} ")), "{seed}: {tool} was not offered: {log:?}");
                    offered = "";
                }
                None => offered = entry,
            }
        }
        let most: usize = most_steps.parse().expect("its bounds are numbers");
        assert!(path.split(' ').count() <= most, "{seed}: {path}");
        assert_eq!(self.of("delete_everything"), 0, "{seed}: {path}");
    }

    /// What holds of [`Ruled`].
    fn holds_to_the_rules(&self) {
        let Went { seed, path, log } = self;
        self.holds(&Ruled::GRAPH.max_steps().to_string());
        let reported = log.iter().position(|entry| entry.starts_with("create_report("));
        assert!(self.of("web_search") <= 1 + SEARCHES && self.of("add") <= 1 + 2, "{seed}: {path}");
        assert!(self.of("send_email") + self.of("create_report") <= 1, "{seed}: {path}");
        let searched = self.searched();
        assert!(reported.is_none_or(|at| searched.is_some_and(|before| before < at)), "{seed}: {log:?}");
        assert!(granted(*seed) || self.of("send_email") == 0, "{seed}: {path}");
        assert!(path.matches("approve_send_email").count() <= 2, "{seed}: {path}");
    }

    /// What holds of [`Free`], and of the words it ends in.
    fn holds_to_the_bound(&self, words: Option<&str>) {
        let Went { seed, path, log } = self;
        self.holds(&Free::GRAPH.max_steps().to_string());
        assert!(words.is_none_or(|words| self.searched().is_some() && !words.trim().is_empty()), "{seed}: {path}");
        let calls = log.iter().filter(|entry| Self::call(entry).is_some()).count();
        assert!(calls <= 6 && self.of("send_email") <= 1, "{seed}: {log:?}");
    }
}
