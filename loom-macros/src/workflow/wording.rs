//! What the points, values and counts of a workflow are called where a run is kept: in the user's own words, and the
//! same as long as nobody touches what they name. How those of one text are told apart is the business of `positions`.

use super::{machine::unraw, plan::is_work};
use loomflow_graph::{
    flow::{CounterId, PointId},
    grammar::{
        duration::spelled,
        program::{ForkId, ForkKind, Guard, Kind, Program, Subject, ValueId},
        text::text,
    },
};
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::BTreeSet;

pub(super) struct Wording<'p, 'a> {
    program: &'p Program<'a>,
    /// The ways into each point: where they begin, and which of the ways there they are.
    into: Vec<Vec<(PointId, usize)>>,
    /// The names of the values.
    values: Vec<String>,
}

impl<'p, 'a> Wording<'p, 'a> {
    pub(super) fn of(program: &'p Program<'a>) -> Self {
        let mut into = vec![Vec::new(); program.points.len()];
        for point in 0..program.points.len() {
            for way in 0..program.points[point].ways.len() {
                if let Some(to) = program.way(point, way) {
                    into[to].push((point, way));
                }
            }
        }
        let mut wording = Wording { program, into, values: Vec::new() };
        // What ways that meet carry comes after what each of them did.
        for value in 0..program.values.len() {
            let name = wording.named(value);
            wording.values.push(name);
        }
        wording
    }

    /// What stands at a point, with its arguments.
    pub(super) fn what(&self, point: PointId) -> String {
        let program = self.program;
        match &program.points[point].kind {
            Kind::Call(node, call, _) => {
                let name = unraw(program.nodes[*node].name);
                match &call.args {
                    Some((_, args)) => {
                        let args: Vec<String> = args.iter().map(line).collect();
                        format!("{name}({})", args.join(", "))
                    }
                    None => name,
                }
            }
            Kind::Sleep(pause) => format!("sleep({})", line(pause)),
            Kind::Fork(fork) => self.fork(*fork),
            Kind::Set(value, subject) => format!("{} = {}", self.value(*value), self.subject(subject)),
            Kind::Append(value, subject, _) => format!("{} += {}", self.value(*value), self.subject(subject)),
            Kind::Match { on, .. } => format!("match {}", self.subject(on)),
            Kind::If(cond) => format!("if {}", line(cond)),
            Kind::Bound(counter) => self.count(*counter, false),
            Kind::End(Some(with), _) => format!("end({})", line(with)),
            Kind::Fail(with) => format!("fail({})", line(with)),
            Kind::Start | Kind::Enter(_) | Kind::Pass => self.behind(point, Self::what),
            Kind::End(None, _) | Kind::Join(_) => self.head(point),
        }
    }

    /// The word or two by which a way to a point is known: without arguments, and so the same when these change.
    fn head(&self, point: PointId) -> String {
        let program = self.program;
        match &program.points[point].kind {
            Kind::Call(node, ..) => unraw(program.nodes[*node].name),
            Kind::Set(value, _) | Kind::Append(value, ..) if !is_hidden(&program.values[*value].name) => {
                unraw(&program.values[*value].name)
            }
            Kind::Match { .. } => "match".to_owned(),
            Kind::If(_) => "if".to_owned(),
            Kind::End(..) => "end".to_owned(),
            Kind::Fail(_) => "fail".to_owned(),
            Kind::Join(_) => "{}".to_owned(),
            Kind::Sleep(_) | Kind::Fork(_) => self.what(point),
            Kind::Start | Kind::Enter(_) | Kind::Pass | Kind::Bound(_) | Kind::Set(..) | Kind::Append(..) => {
                self.behind(point, Self::head)
            }
        }
    }

    // Between work the ways never go round, so this ends.
    fn behind(&self, point: PointId, say: fn(&Self, PointId) -> String) -> String {
        self.program.way(point, 0).map_or_else(|| "{}".to_owned(), |next| say(self, next))
    }

    fn fork(&self, fork: ForkId) -> String {
        let item = &self.program.forks[fork];
        if let ForkKind::Each { pat, items, .. } = &item.kind {
            return format!("[for {} in {}]", line(pat), line(items));
        }
        let branches = self.branches(fork).join(", ");
        match item.kind {
            ForkKind::First => format!("first {{ {branches} }}"),
            _ if item.regions.len() == 1 => format!("{{ {branches} }}"),
            _ => format!("[{branches}]"),
        }
    }

    /// What the branches of a fork begin with.
    pub(super) fn branches(&self, fork: ForkId) -> Vec<String> {
        let regions = self.program.forks[fork].regions.iter();
        regions.map(|&region| self.head(self.program.regions[region].entry)).collect()
    }

    /// The name of a value. One that has none of the user's goes by where it comes from.
    pub(super) fn value(&self, value: ValueId) -> &str {
        self.values.get(value).map_or("_", String::as_str)
    }

    fn named(&self, value: ValueId) -> String {
        let program = self.program;
        let item = &program.values[value];
        if !is_hidden(&item.name) {
            return unraw(&item.name);
        }
        let caught = |guard: &&Guard| matches!(guard, Guard::Catch { value: of, .. } if *of == value);
        let mut from: Vec<String> = Vec::new();
        for (point, at) in program.points.iter().enumerate() {
            if let Some(Guard::Catch { kinds, .. }) = at.guards.iter().find(caught) {
                let kinds = kinds.as_ref().map_or_else(String::new, |kinds| format!(" as {}", line(kinds)));
                from.push(format!("{}{kinds}", self.head(point)));
            }
            match &at.kind {
                Kind::Set(of, subject) if *of == value => from.push(self.subject(subject)),
                Kind::Fork(fork) if program.forks[*fork].result == Some(value) => from.push(self.fork(*fork)),
                Kind::Call(node, ..) if program.nodes[*node].sets.contains(&value) => from.push(self.head(point)),
                _ => {}
            }
        }
        from.sort_unstable();
        from.dedup();
        let what = if item.name.to_string().starts_with("__failure") { "failure" } else { "_" };
        format!("{what} of {}", from.join(", "))
    }

    fn subject(&self, subject: &Subject<'_>) -> String {
        match subject {
            Subject::Value(value) => self.value(*value).to_owned(),
            Subject::Expr(expr, ..) => line(expr),
            Subject::Item(_) => "item".to_owned(),
            Subject::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.subject(part)).collect();
                format!("({})", parts.join(", "))
            }
        }
    }

    /// The name of a count: the edge it counts, as it is drawn. The number is not a part of it, so it may be changed
    /// under a run; `fully` names each work the edge comes from where there are several.
    pub(super) fn count(&self, counter: CounterId, fully: bool) -> String {
        let is_of = |kind: &Kind<'_>| matches!(kind, Kind::Bound(of) if *of == counter);
        let points = (0..self.program.points.len()).filter(|&point| is_of(&self.program.points[point].kind));
        let points: Vec<PointId> = points.collect();
        let from: BTreeSet<String> = points.iter().flat_map(|&point| self.after(point)).collect();
        let from = match from.len() {
            1 => from.into_iter().next().unwrap_or_default() + " ",
            _ if fully => from.into_iter().collect::<Vec<_>>().join(", ") + " ",
            _ => String::new(),
        };
        let to = points.first().map_or_else(String::new, |&point| self.head(point));
        let per = self.program.counters[counter].per;
        let per = per.map_or_else(String::new, |node| format!(" per {}", unraw(self.program.nodes[node].name)));
        format!("count of {from}-> {to}{per}")
    }

    /// What is at work before a point is come to.
    pub(super) fn after(&self, point: PointId) -> BTreeSet<String> {
        self.back(point, &|from, _| match self.begins(from) {
            Some(word) => (Some(word), false),
            None => (None, true),
        })
    }

    /// The labels that were taken last before a point is come to, and what is at work before it where there is none.
    pub(super) fn by(&self, point: PointId) -> BTreeSet<String> {
        self.back(point, &|from, way| {
            let word = self.label(from, way).or_else(|| self.begins(from));
            let goes_on = word.is_none();
            (word, goes_on)
        })
    }

    /// All the labels that were taken since something was at work.
    pub(super) fn through(&self, point: PointId) -> BTreeSet<String> {
        self.back(point, &|from, way| (self.label(from, way), self.begins(from).is_none()))
    }

    /// Everything that is said of the points and where each leads, in one text.
    pub(super) fn whole(&self) -> String {
        let points = 0..self.program.points.len();
        let said = points.map(|point| {
            let ways = 0..self.program.points[point].ways.len();
            let ways = ways.map(|way| format!("{:?} {:?}", self.label(point, way), self.program.way(point, way)));
            format!("{} {}", self.what(point), ways.collect::<Vec<_>>().join(" "))
        });
        said.collect::<Vec<_>>().join("\n")
    }

    /// What is at work at a point, or that a run or a branch begins there.
    fn begins(&self, point: PointId) -> Option<String> {
        match &self.program.points[point].kind {
            Kind::Start | Kind::Enter(_) => Some("start".to_owned()),
            kind => is_work(kind).then(|| self.head(point)),
        }
    }

    /// The label of a way, if it has one.
    fn label(&self, point: PointId, way: usize) -> Option<String> {
        let at = &self.program.points[point];
        match (at.guard(way), &at.kind) {
            (Some(Guard::Within { limit, .. }), _) => Some(format!("after {}", spelled(*limit))),
            (Some(Guard::Catch { kinds: Some(kinds), .. }), _) => Some(format!("catch {}", line(kinds))),
            (Some(Guard::Catch { kinds: None, .. }), _) => Some("catch".to_owned()),
            (None, Kind::Match { arms, .. }) => Some(match arms.get(way) {
                Some((pat, Some(guard), _)) => format!("{} if {}", line(pat), line(guard)),
                Some((pat, None, _)) => line(pat),
                None => "else".to_owned(),
            }),
            (None, Kind::If(cond)) if way == 0 => Some(line(cond)),
            (None, Kind::If(_)) => Some("else".to_owned()),
            (None, Kind::Bound(_)) if way == 1 => Some("spent".to_owned()),
            (None, _) => None,
        }
    }

    /// Goes back from a point on all ways; of each it is asked what to say of it, and whether to go on behind it.
    fn back(&self, point: PointId, ask: &dyn Fn(PointId, usize) -> (Option<String>, bool)) -> BTreeSet<String> {
        let (mut said, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![point]);
        while let Some(at) = open.pop() {
            for &(from, way) in &self.into[at] {
                let (word, goes_on) = ask(from, way);
                said.extend(word);
                if goes_on && seen.insert(from) {
                    open.push(from);
                }
            }
        }
        said
    }
}

/// Whether a value has no name a user could write.
fn is_hidden(name: &Ident) -> bool {
    name.to_string().starts_with("__")
}

/// A text that stays in one line.
pub(super) fn line(item: &impl ToTokens) -> String {
    text(item).replace('\n', "\\n").replace('\r', "\\r")
}
