use loomflow::prelude::*;

mod steps {
    use loomflow::prelude::*;

    #[step]
    pub(crate) fn shout(text: &str) -> String {
        text.to_uppercase()
    }
}

workflow! {
    Flow(topic: String) -> String {
        start -> steps::shuot(topic) -> end; // wrong
    }
}

fn main() {}
