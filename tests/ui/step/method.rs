use loomflow::prelude::*;

struct Desk;

impl Desk {
    #[step]
    fn write(&self, topic: &str) -> String { // wrong
        topic.to_owned()
    }
}

fn main() {}
