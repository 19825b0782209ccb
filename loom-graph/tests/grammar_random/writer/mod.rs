//! Well-formed workflows, of all that the language has. Most of what they read was set before, most of their loops are
//! bounded, and most of their branches keep apart; not all.

mod forks;
mod guards;
mod rules;

use crate::choices::Choices;

const STEPS: [&str; 10] = ["alpha", "beta", "gamma", "delta", "eta", "zeta", "theta", "iota", "kappa", "lambda"];
const VALUES: [&str; 5] = ["a", "b", "c", "n", "alpha"];
const LISTS: [&str; 2] = ["log", "more"];

struct Writer<'c> {
    choices: &'c mut Choices,
    nodes: Vec<Node>,
    /// Values whose type is written.
    declared: Vec<String>,
    /// Declarations that were found to be needed.
    lets: String,
    /// Nodes whose way out is said in a statement of its own, with what is known there.
    open: Vec<(String, Place)>,
    /// How many regions there are.
    regions: usize,
    /// How many names were made up.
    made_up: usize,
    /// Nodes that every run is likely to come by, with the answer each has given then.
    spine: Vec<(String, Option<usize>)>,
    here: Place,
}

struct Node {
    name: String,
    /// The call as it begins.
    begins: String,
    region: usize,
}

/// What is known where something is written.
#[derive(Clone)]
struct Place {
    region: usize,
    /// Names that are likely to be set.
    known: Vec<String>,
    /// Values that may be set here.
    mine: Vec<String>,
    /// Lists that may be appended to here.
    lists: Vec<String>,
    /// Whether nothing that is set here may be seen behind it, so that its values have names of their own.
    closed: bool,
    /// Whether the edge that is written next is sure to carry one thing.
    carries: bool,
}

pub(crate) fn well_formed(choices: &mut Choices) -> String {
    let inputs: Vec<&str> = VALUES[..choices.below(4)].to_vec();
    let known: Vec<String> = inputs.iter().map(|name| (*name).to_owned()).collect();
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let here = Place {
        region: 0,
        known: known.clone(),
        mine: owned(&VALUES),
        lists: owned(&LISTS),
        closed: false,
        carries: inputs.len() == 1,
    };
    let mut writer = Writer {
        choices,
        nodes: Vec::new(),
        declared: known,
        lets: String::new(),
        open: Vec::new(),
        regions: 0,
        made_up: 0,
        spine: Vec::new(),
        here,
    };
    let generics = if writer.choices.once_in(8) { ("<T: Clone>", "where T: Send") } else { ("", "") };
    let params: Vec<String> = inputs.iter().map(|name| format!("{name}: u32")).collect();
    let mut body = String::new();
    let carries = std::mem::replace(&mut writer.here.carries, false);
    for _ in 0..writer.choices.below(5) {
        body += &writer.declaration();
    }
    for list in LISTS {
        if !writer.choices.once_in(3) {
            body += &format!("let {list}: Vec<u32> = Vec::new();\n");
            writer.declared.push(list.to_owned());
        }
    }
    writer.here.carries = carries;
    body += &format!("start -> {};\n", writer.spine());
    while let Some((node, place)) = writer.open.pop() {
        let mut source = writer.guarded_source(node);
        if writer.choices.once_in(3)
            && let Some((other, _)) = writer.open.pop_if(|(_, other)| other.region == place.region)
        {
            source += &format!(" | {}", writer.guarded_source(other));
        }
        writer.here = place;
        body += &format!("{source} -> {};\n", writer.closed_chain(2));
    }
    body += &writer.rules();
    format!("W{}({}) -> u32 {} {{\n{}{body}}}", generics.0, params.join(", "), generics.1, writer.lets)
}

impl Writer<'_> {
    fn declaration(&mut self) -> String {
        let name = self.choices.of(&VALUES);
        if self.declared.iter().any(|declared| declared == name) && !self.choices.once_in(64) {
            return String::new();
        }
        self.declared.push(name.to_owned());
        if self.choices.once_in(24) {
            return format!("let {name}: u32;\n");
        }
        let text = format!("let {name}: u32 = {};\n", self.expr());
        self.here.known.push(name.to_owned());
        text
    }

    fn value(&mut self) -> String {
        if self.choices.once_in(64) {
            return self.choices.of(&VALUES).to_owned();
        }
        if self.here.known.is_empty() {
            return "0".to_owned();
        }
        let at = self.choices.below(self.here.known.len());
        self.here.known[at].clone()
    }

    fn expr(&mut self) -> String {
        match self.choices.below(14) {
            0..5 => self.value(),
            5 => self.choices.of(&["1", "LIMIT", "f()"]).to_owned(),
            6 | 7 => format!("{} + 1", self.value()),
            8 => format!("f(&{}, {})", self.value(), self.value()),
            9 => format!("{}.len()", self.value()),
            10 => format!("format!(\"text\", {})", self.value()),
            11 => format!("if {} < 2 {{ {} }} else {{ 0 }}", self.value(), self.value()),
            12 => format!("({}, {})", self.value(), self.value()),
            _ if self.here.carries || self.choices.once_in(24) => "_".to_owned(),
            _ => self.value(),
        }
    }

    fn exit(&mut self) -> String {
        match self.choices.below(5) {
            0 if self.here.carries || self.choices.once_in(16) => "end".to_owned(),
            4 => format!("fail({})", self.expr()),
            _ => format!("end({})", self.expr()),
        }
    }

    fn arguments(&mut self) -> String {
        match self.choices.below(4) {
            0 if self.here.carries || self.choices.once_in(16) => String::new(),
            many => format!("({})", (1..many).map(|_| self.expr()).collect::<Vec<_>>().join(", ")),
        }
    }

    /// A name that nothing else sets.
    fn made_up(&mut self) -> String {
        self.made_up += 1;
        format!("v{}", self.made_up)
    }

    /// A value that may be set here.
    fn settable(&mut self) -> String {
        if self.here.mine.is_empty() || (self.here.closed && self.choices.once_in(2)) {
            let name = self.made_up();
            self.here.mine.push(name.clone());
            return name;
        }
        let at = self.choices.below(self.here.mine.len());
        self.here.mine[at].clone()
    }

    /// A list that may be appended to here; its type is known, unless it is given by what is appended.
    fn appendable(&mut self, given: bool) -> Option<String> {
        let lists = self.here.lists.iter().filter(|list| given || self.declared.contains(list));
        let lists: Vec<&String> = lists.collect();
        if lists.is_empty() {
            return None;
        }
        let at = self.choices.below(lists.len());
        Some(lists[at].clone())
    }

    /// A call of a node that was not there before, or sometimes of one that was.
    fn call(&mut self, may_try: bool) -> String {
        let many = self.nodes.len();
        let again = many >= 3 * STEPS.len() || self.choices.once_in(64);
        if let Some(call) = again.then(|| self.again()).flatten() {
            return call;
        }
        let step = if many > 0 && self.choices.once_in(12) {
            // The same step as a node that stands elsewhere.
            STEPS[self.choices.below(many) % STEPS.len()]
        } else {
            STEPS[many % STEPS.len()]
        };
        let taken = self.nodes.iter().any(|node| node.name == step);
        let name = if taken || self.choices.once_in(12) { format!("{step}{many}") } else { step.to_owned() };
        let alias = if name == step { String::new() } else { format!("{name}: ") };
        let list = if self.choices.once_in(10) { self.appendable(true) } else { None };
        let sets = if list.is_none() && self.choices.once_in(3) { Some(self.settable()) } else { None };
        let to = match (&list, &sets) {
            (Some(list), _) => format!("{list} += "),
            (None, Some(value)) => format!("{value} = "),
            (None, None) => String::new(),
        };
        let tried = if may_try && self.choices.once_in(10) { "try " } else { "" };
        let begins = format!("{to}{tried}{alias}{step}");
        let call = format!("{begins}{}", self.arguments());
        self.here.known.extend(list);
        self.here.known.push(sets.unwrap_or_else(|| name.clone()));
        self.here.carries = true;
        self.nodes.push(Node { name, begins, region: self.here.region });
        call
    }

    /// One of the nodes that stand in the same branch as what is written; now and then of any branch.
    fn node(&mut self) -> Option<usize> {
        let any = self.choices.once_in(64);
        let here = self.here.region;
        let near: Vec<usize> = (0..self.nodes.len()).filter(|&node| any || self.nodes[node].region == here).collect();
        if near.is_empty() { None } else { Some(near[self.choices.below(near.len())]) }
    }

    /// A call of a node that stands elsewhere too.
    fn again(&mut self) -> Option<String> {
        let node = self.node()?;
        Some(self.nodes[node].begins.clone() + &self.arguments())
    }

    fn target(&mut self, depth: usize) -> String {
        let (text, carries) = self.some_target(depth);
        self.here.carries = carries;
        text
    }

    /// A target, and whether what follows is sure to get one thing from it.
    fn some_target(&mut self, depth: usize) -> (String, bool) {
        let text = match if depth == 0 { self.choices.below(9) } else { self.choices.below(18) } {
            0..6 => {
                let before = self.here.known.clone();
                let call = self.call(true);
                if !self.choices.once_in(5) {
                    return (call, true);
                }
                self.guarded(call, before, depth)
            }
            6 => return (self.computed(), true),
            7 => return (format!("({})", self.expr()), true),
            8 => format!("sleep({})", self.choices.of(&["30s", "2d", "n_seconds()", "f(3)"])),
            9 | 10 => self.match_route(depth),
            11 => self.if_route(depth),
            12 => format!("if let Some(x) = {} {}", self.value(), self.block(depth, "x")),
            13 if self.choices.once_in(2) => self.closed_block(depth),
            13 => {
                let sets = if self.choices.once_in(4) { format!("{} = ", self.settable()) } else { String::new() };
                sets + &self.open_block(depth)
            }
            14 | 15 => self.all(depth),
            16 => self.each(depth),
            _ => self.first(depth),
        };
        (text, false)
    }

    /// A value that is set to an expression, or a list that one is appended to.
    fn computed(&mut self) -> String {
        let expr = self.expr();
        if self.choices.once_in(6)
            && let Some(list) = self.appendable(false)
        {
            self.here.known.push(list.clone());
            return format!("{list} += ({expr})");
        }
        let mine: Vec<String> = self.declared.iter().filter(|value| self.here.mine.contains(value)).cloned().collect();
        let value = if self.here.closed || mine.is_empty() {
            let value = self.made_up();
            self.lets += &format!("let {value}: u32;\n");
            value
        } else {
            mine[self.choices.below(mine.len())].clone()
        };
        self.here.known.push(value.clone());
        format!("{value} = ({expr})")
    }

    /// What binds `binds`, and forgets what becomes known in it.
    fn scoped(&mut self, binds: &str, write: impl FnOnce(&mut Self) -> String) -> String {
        let (known, carries) = (self.here.known.clone(), self.here.carries);
        self.here.known.extend((!binds.is_empty()).then(|| binds.to_owned()));
        let text = write(self);
        (self.here.known, self.here.carries) = (known, carries);
        text
    }

    fn block(&mut self, depth: usize, binds: &str) -> String {
        self.scoped(binds, |writer| match writer.choices.below(4) {
            0 => "{}".to_owned(),
            1 | 2 => format!("{{ {} }}", writer.closed_chain(depth - 1)),
            _ => format!("{{ {} }}", writer.chain(depth - 1)),
        })
    }

    /// A block that goes on; now and then one that does not.
    fn open_block(&mut self, depth: usize) -> String {
        self.scoped("", |writer| match writer.choices.below(16) {
            0..4 => "{}".to_owned(),
            15 => format!("{{ {} }}", writer.closed_chain(depth - 1)),
            _ => format!("{{ {} }}", writer.chain(depth - 1)),
        })
    }

    fn if_route(&mut self, depth: usize) -> String {
        let mut text = format!("if {} < 2 {}", self.value(), self.block(depth, ""));
        match self.choices.below(4) {
            0 => {}
            1 if depth > 1 => text += &format!(" else {}", self.if_route(depth - 1)),
            _ => text += &format!(" else {}", self.open_block(depth)),
        }
        text
    }

    fn match_route(&mut self, depth: usize) -> String {
        const ARMS: [(&str, &str); 8] = [
            ("Kind::A(x)", "x"),
            ("Kind::B", ""),
            ("Kind::C { y, .. }", "y"),
            ("x @ 1..=3", "x"),
            ("Some(a)", "a"),
            ("\"s\" | \"t\"", ""),
            ("(x, Kind::D(y))", "y"),
            ("_", ""),
        ];
        let bare = if self.here.carries { self.choices.once_in(2) } else { self.choices.once_in(32) };
        let on = if bare { String::new() } else { self.value() + " " };
        self.here.carries = true;
        let first = self.choices.below(ARMS.len());
        let last = self.choices.below(3);
        let arms = (0..=last).map(|arm| {
            let (pat, binds) = ARMS[(first + arm) % ARMS.len()];
            self.scoped(binds, |writer| {
                let guard =
                    if writer.choices.once_in(5) { format!(" if {} < 2", writer.value()) } else { String::new() };
                // One of the arms goes on, mostly.
                let most = if arm == last && !writer.choices.once_in(8) { 2 } else { 4 };
                let chain = match writer.choices.below(most) {
                    0 => "{}".to_owned(),
                    1 => writer.chain(depth - 1),
                    _ => writer.closed_chain(depth - 1),
                };
                format!("{pat}{guard} => {chain}, ")
            })
        });
        let arms: String = arms.collect();
        format!("match {on}{{ {arms}}}")
    }

    fn chain(&mut self, depth: usize) -> String {
        let many = 1 + self.choices.below(3);
        (0..many).map(|_| self.target(depth)).collect::<Vec<_>>().join(" -> ")
    }

    /// A chain that leaves: by an exit, by a jump back, or by a node whose way out comes later.
    fn closed_chain(&mut self, depth: usize) -> String {
        let chain = self.chain(depth);
        format!("{chain} -> {}", self.leaves())
    }

    fn leaves(&mut self) -> String {
        match self.choices.below(6) {
            0 | 1 => self.exit(),
            2..5 => match self.again() {
                Some(jump) if self.choices.once_in(24) => jump,
                Some(jump) => jump + &self.max(),
                None => self.exit(),
            },
            _ => {
                let before = self.nodes.len();
                let call = self.call(true);
                let node = self.nodes.get(before).map(|node| node.name.clone());
                self.open.extend(node.map(|name| (name, self.here.clone())));
                call
            }
        }
    }
}
