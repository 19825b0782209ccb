//! Guards behind work and behind sources.

use super::Writer;

impl Writer<'_> {
    pub(super) fn max(&mut self) -> String {
        let max = self.choices.of(&["1", "2", "3", "LIMIT", "n"]);
        let max = if max == "n" && !self.here.known.iter().any(|name| name == "n") { "2" } else { max };
        let per = match self.choices.below(5) {
            0 => String::new(),
            4 if self.choices.once_in(3) => match self.node() {
                Some(node) => format!(" per {}", self.nodes[node].name),
                None => " per run".to_owned(),
            },
            _ => " per run".to_owned(),
        };
        format!(" max {max}{per} else {}", self.exit())
    }

    /// Work with guards behind it: what it sets is not known on their ways.
    pub(super) fn guarded(&mut self, work: String, outside: Vec<String>, depth: usize) -> String {
        let known = std::mem::replace(&mut self.here.known, outside);
        self.here.carries = false;
        let text = work + &self.guards(depth);
        self.here.known = known;
        text
    }

    pub(super) fn maybe_guarded(&mut self, work: String, outside: Vec<String>, depth: usize) -> String {
        if self.choices.once_in(4) { self.guarded(work, outside, depth) } else { work }
    }

    /// One guard or several in a row; a bound is rare, for most of this stands on no loop.
    fn guards(&mut self, depth: usize) -> String {
        let mut text = String::new();
        if self.choices.once_in(96) {
            text += &self.max();
        }
        match self.choices.below(5) {
            0 | 1 => text += &self.within(depth),
            2 | 3 => text += &self.catch(depth),
            _ if self.choices.once_in(2) => text = text + &self.within(depth) + &self.catch(depth),
            _ => text = text + &self.catch(depth) + &self.within(depth),
        }
        if self.choices.once_in(96) {
            text += &self.max();
        }
        text
    }

    fn within(&mut self, depth: usize) -> String {
        let limit = self.choices.of(&["2d", "30s", "200ms"]);
        format!(" within {limit} else {}", self.plain(depth, ""))
    }

    fn catch(&mut self, depth: usize) -> String {
        let mut text = String::new();
        if self.choices.once_in(3) {
            let kind = self.choices.of(&["FailureKind::TimedOut", "FailureKind::Panicked | FailureKind::Cancelled"]);
            let (pat, binds) =
                if self.choices.once_in(2) { (format!("e @ ({kind})"), "e") } else { (kind.to_owned(), "") };
            text += &format!(" catch {pat} => {}", self.plain(depth, binds));
            if self.choices.once_in(3) {
                return text;
            }
        }
        let name = self.choices.of(&["_", "e", "why"]);
        let binds = if name == "_" { "" } else { name };
        text + &format!(" catch {name} => {}", self.plain(depth, binds))
    }

    /// Where a guard leads: mostly away, for what it guards has set nothing there.
    fn plain(&mut self, depth: usize, binds: &str) -> String {
        self.scoped(binds, |writer| match writer.choices.below(12) {
            9 if depth > 0 => format!("{{ {} }}", writer.chain(depth - 1)),
            10 => writer.call(true),
            11 if depth > 0 => format!("{{ {} }}", writer.closed_chain(depth - 1)),
            8 => match writer.again() {
                Some(jump) if writer.choices.once_in(8) => jump,
                Some(jump) => format!("{{ {jump}{} }}", writer.max()),
                None => writer.exit(),
            },
            _ => writer.exit(),
        })
    }

    pub(super) fn guarded_source(&mut self, node: String) -> String {
        match self.choices.below(8) {
            5 => node + &self.within(0),
            6 => node + &self.catch(0),
            7 if self.choices.once_in(4) => node + &self.max(),
            _ => node,
        }
    }
}
