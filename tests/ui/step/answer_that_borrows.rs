use loomflow::prelude::*;

#[ask(&str)] // wrong
fn name(polite: bool) -> Question {
    Question::new(if polite { "Your name, please?" } else { "Name?" })
}

fn main() {}
