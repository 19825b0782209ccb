//! Requirements, and what makes them likely to hold: a chain of nodes that most runs come by.

use super::{STEPS, Writer};

/// Answers that are asked for, each with rules that it keeps.
const ANSWERS: [(&str, [&str; 4]); 5] = [
    ("Kind::A(x)", ["Kind::A(_)", "Kind::A(x)", "_", "Kind::A(..) | Kind::B"]),
    ("Kind::B", ["Kind::B", "Kind::B | Kind::C { .. }", "x", "_"]),
    ("Kind::C { y: 1, .. }", ["Kind::C { .. }", "Kind::C { y: _, .. }", "_", "Kind::C { y: 1, .. }"]),
    ("Some(Kind::B) | None", ["Some(_) | None", "None | Some(Kind::B)", "_", "None"]),
    ("(x, Kind::D(_))", ["(_, Kind::D(y))", "(..)", "(_, ..)", "_"]),
];

impl Writer<'_> {
    /// The chain from `start`.
    pub(super) fn spine(&mut self) -> String {
        let mut targets = Vec::new();
        for _ in 0..=self.choices.below(5) {
            let before = self.nodes.len();
            if self.choices.once_in(4) {
                let asked = self.asked();
                targets.push(asked);
                self.here.carries = false;
                continue;
            }
            targets.push(self.target(3));
            if let Some(node) = self.nodes.get(before).filter(|node| node.region == 0) {
                self.spine.push((node.name.clone(), None));
            }
        }
        targets.push(self.leaves());
        targets.join(" -> ")
    }

    /// A node, and a route that goes on with one of its answers.
    fn asked(&mut self) -> String {
        let before = self.nodes.len();
        let call = self.call(false);
        let answer = self.choices.below(ANSWERS.len());
        let Some(node) = self.nodes.get(before).filter(|node| !node.begins.contains("+=")) else {
            return call;
        };
        self.spine.push((node.name.clone(), Some(answer)));
        // Where something else leads to the route, too, what it looks at is not this node's alone.
        let call = if self.choices.once_in(8) {
            format!("if {} < 2 {{ {call} }} else {{ {} }}", self.value(), self.call(false))
        } else {
            call
        };
        let other = match self.choices.below(6) {
            5 => format!("_ => {{ {} }}", self.chain(1)),
            4 => match self.again() {
                Some(jump) => format!("_ => {jump}{}", self.max()),
                None => "_ => end".to_owned(),
            },
            _ => format!("_ => {}", self.exit()),
        };
        let route = format!("{call} -> match {{ {} => {{}}, {other} }}", ANSWERS[answer].0);
        // Asked again, behind the route, it has not answered yet.
        let name = self.spine[self.spine.len() - 1].0.clone();
        match self.choices.below(6) {
            5 if STEPS.contains(&name.as_str()) => {
                let again = format!("{name}_again: {name}()");
                match self.choices.below(3) {
                    0 => format!("{route} -> {again}"),
                    1 => format!("{route} -> {{ {again} -> end({}) }} catch _ => {{}}", self.value()),
                    _ => format!("{route} -> first {{ {{ {again} -> end({}) }}, sleep(3s) => {{}} }}", self.value()),
                }
            }
            _ => route,
        }
    }

    pub(super) fn rules(&mut self) -> String {
        let mut text = String::new();
        let many = [0, 1, 1, 2][self.choices.below(4)];
        for _ in 0..many {
            text += &self.rule();
        }
        text
    }

    /// A rule about nodes that stand anywhere, or about their steps.
    fn any_rule(&mut self) -> String {
        let step = |writer: &mut Self| {
            let Some(last) = writer.nodes.len().checked_sub(1) else { return "end".to_owned() };
            let name = &writer.nodes[writer.choices.below(last + 1)].name;
            name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
        };
        if self.nodes.is_empty() {
            String::new()
        } else if self.choices.once_in(3) {
            format!("require {} before {};\n", step(self), step(self))
        } else {
            format!("require {} at most once;\n", step(self))
        }
    }

    fn rule(&mut self) -> String {
        let many = self.spine.len();
        if many == 0 || self.choices.once_in(6) {
            return self.any_rule();
        }
        let at = self.choices.below(many);
        let (node, answer) = self.spine[at].clone();
        let later = 1 + self.choices.below(many);
        let before = match self.spine.get(at + later) {
            Some((node, _)) => node.clone(),
            None if self.choices.once_in(2) => "end".to_owned(),
            None => match self.nodes.last() {
                Some(node) => node.name.clone(),
                None => "end".to_owned(),
            },
        };
        match (self.choices.below(4), answer) {
            (0, _) => format!("require {node} at most once;\n"),
            (1, _) | (_, None) => format!("require {node} before {before};\n"),
            (_, Some(answer)) => {
                let is = ANSWERS[answer].1[self.choices.below(4)];
                format!("require {node} is {is} before {before};\n")
            }
        }
    }
}
