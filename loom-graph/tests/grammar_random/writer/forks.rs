//! Forks, and blocks that are regions of their own.

use super::{Place, Writer};

impl Writer<'_> {
    /// A branch: what becomes known in it is given, and not known behind it.
    fn branch(
        &mut self,
        here: impl FnOnce(&mut Place),
        write: impl FnOnce(&mut Self) -> String,
    ) -> (String, Vec<String>) {
        let outer = self.here.clone();
        self.regions += 1;
        self.here.region = self.regions;
        here(&mut self.here);
        let text = write(self);
        let inner = std::mem::replace(&mut self.here, outer);
        let gained = inner.known.into_iter().filter(|name| !self.here.known.contains(name)).collect();
        (text, gained)
    }

    fn inside(&mut self, depth: usize) -> String {
        match self.choices.below(24) {
            0..12 => self.target(depth - 1),
            23 => self.closed_chain(depth - 1),
            _ => self.chain(depth - 1),
        }
    }

    /// What stands before a fork that gives one value; the value is known behind it.
    fn before(&mut self, tried: bool) -> (String, Option<String>) {
        let tried = if tried { "try " } else { "" };
        match self.choices.below(6) {
            0 | 1 => (tried.to_owned(), None),
            5 => match self.appendable(false) {
                Some(list) => (format!("{list} += {tried}"), Some(list)),
                None => (tried.to_owned(), None),
            },
            _ => {
                let name = self.made_up();
                if self.choices.once_in(2) {
                    self.lets += &format!("let {name}: Parts;\n");
                }
                (format!("{name} = {tried}"), Some(name))
            }
        }
    }

    /// `[a, b]`: each branch sets values of its own and reads none of its siblings'.
    pub(super) fn all(&mut self, depth: usize) -> String {
        let many = [2, 2, 1, 3][self.choices.below(4)];
        let tried = self.choices.once_in(5);
        let (before, result) = if tried {
            self.before(true)
        } else if self.choices.once_in(8) {
            let name = self.made_up();
            (format!("{name} = "), Some(name))
        } else {
            (String::new(), None)
        };
        let careless = self.choices.once_in(24);
        let (mine, lists) = (self.here.mine.clone(), self.here.lists.clone());
        let (mut branches, mut known) = (Vec::new(), Vec::new());
        for index in 0..many {
            let share = |names: &[String], own: bool| -> Vec<String> {
                let each = names.iter().enumerate();
                each.filter(|(place, _)| careless || (place % many == index) == own)
                    .map(|(_, name)| name.clone())
                    .collect()
            };
            let here = |here: &mut Place| {
                let others = [share(&mine, false), share(&lists, false)].concat();
                here.known.retain(|name| careless || !others.contains(name));
                (here.mine, here.lists) = (share(&mine, true), share(&lists, true));
                if tried {
                    (here.mine, here.lists, here.closed) = (Vec::new(), Vec::new(), true);
                }
            };
            let (text, gained) = self.branch(here, |writer| writer.inside(depth));
            branches.push(text);
            known.extend(gained);
        }
        let outside = self.here.known.clone();
        if !tried {
            self.here.known.extend(known);
        }
        self.here.known.extend(result);
        let text = format!("{before}[{}]", branches.join(", "));
        self.maybe_guarded(text, outside, depth)
    }

    /// `[for x in xs => …]`: what its branch sets stays in it.
    pub(super) fn each(&mut self, depth: usize) -> String {
        let tried = self.choices.once_in(5);
        let (before, result) = self.before(tried);
        let items = match self.choices.below(7) {
            0..3 => self.value(),
            3 => "[1, 2]".to_owned(),
            4 => "0..3".to_owned(),
            5 => format!("{}.list()", self.value()),
            _ => format!("&[{}, 2]", self.value()),
        };
        let at_once = match self.choices.below(5) {
            3 => ", 2 at once".to_owned(),
            4 => format!(", {} at once", self.value()),
            _ => String::new(),
        };
        let (pat, binds) = [("x", "x"), ("(x, y)", "y"), ("_", ""), ("Item { x, .. }", "x")][self.choices.below(4)];
        let here = |here: &mut Place| {
            here.known.extend((!binds.is_empty()).then(|| binds.to_owned()));
            (here.mine, here.lists, here.closed) = (Vec::new(), Vec::new(), true);
            here.carries = false;
        };
        let (branch, _) = self.branch(here, |writer| writer.inside(depth));
        let outside = self.here.known.clone();
        self.here.known.extend(result);
        let text = format!("{before}[for {pat} in {items}{at_once} => {branch}]");
        self.maybe_guarded(text, outside, depth)
    }

    /// `first { a => …, b => … }`: what a branch has set is known in its own arm.
    pub(super) fn first(&mut self, depth: usize) -> String {
        let sets = if self.choices.once_in(8) { format!("{} = ", self.settable()) } else { String::new() };
        let many = [2, 2, 3, 1][self.choices.below(4)];
        let mut text = format!("{sets}first {{ ");
        for index in 1..=many {
            let (work, gained) = self.branch(
                |_| {},
                |writer| match writer.choices.below(8) {
                    0..3 => writer.call(false),
                    3 => format!("sleep({})", writer.choices.of(&["3s", "1h", "f(2)"])),
                    4 | 5 => format!("{{ {} }}", writer.inside(depth)),
                    6 => format!("[{}, {}]", writer.call(false), writer.call(false)),
                    _ => format!("{{ {} -> {} }}", writer.call(true), writer.chain(depth - 1)),
                },
            );
            let known = self.here.known.clone();
            self.here.known.extend(gained);
            self.here.carries = false;
            let most = if index == many && !self.choices.once_in(8) { 2 } else { 4 };
            text += &match self.choices.below(most) {
                0 => work,
                1 => format!("{work} => {}", self.chain(depth - 1)),
                _ => format!("{work} => {}", self.closed_chain(depth - 1)),
            };
            text += ", ";
            self.here.known = known;
        }
        let outside = self.here.known.clone();
        self.maybe_guarded(text + "}", outside, depth)
    }

    /// A block whose failure, or whose time, is looked at as a whole.
    pub(super) fn closed_block(&mut self, depth: usize) -> String {
        let tried = self.choices.once_in(3);
        let (before, result) = if tried { self.before(true) } else { (String::new(), None) };
        let here = |here: &mut Place| {
            if tried {
                (here.mine, here.lists, here.closed) = (Vec::new(), Vec::new(), true);
            }
        };
        let (text, gained) = self.branch(here, |writer| match writer.choices.below(24) {
            23 => writer.closed_chain(depth - 1),
            _ => writer.chain(depth - 1),
        });
        let outside = self.here.known.clone();
        if !tried {
            self.here.known.extend(gained);
        }
        self.here.known.extend(result);
        let work = format!("{before}{{ {text} }}");
        if tried && !self.choices.once_in(4) { work } else { self.guarded(work, outside, depth) }
    }
}
