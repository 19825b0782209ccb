//! "Did you mean": the name that is nearest to one that is not there.

/// A complaint with the nearest of the names that are there, or with all of them when none is near and they are few.
pub(crate) fn or_nearest(complaint: String, name: &str, there: &[String], which: &str) -> String {
    if let Some(near) = nearest(name, there) {
        return format!("{complaint}; did you mean `{near}`?");
    }
    match there {
        [] => complaint,
        few if few.len() <= 12 => format!("{complaint}: {which} {}", listed(few)),
        _ => complaint,
    }
}

/// Names in a sentence.
pub(crate) fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The nearest name, whatever the size of its letters.
fn nearest<'n>(name: &str, there: &'n [String]) -> Option<&'n String> {
    let lower: Vec<String> = there.iter().map(|other| other.to_lowercase()).collect();
    let near = loomflow_graph::similar::nearest(&name.to_lowercase(), &lower)?;
    lower.iter().position(|other| other == near).map(|index| &there[index])
}

#[cfg(test)]
mod tests {
    use super::or_nearest;

    fn told(name: &str) -> String {
        let there = ["Triage".to_owned(), "Refund".to_owned()];
        or_nearest(format!("there is no `{name}`"), name, &there, "there are")
    }

    #[test]
    fn a_name_that_is_near_is_told_and_else_all_are() {
        assert_eq!(told("Triagge"), "there is no `Triagge`; did you mean `Triage`?");
        assert_eq!(told("triage"), "there is no `triage`; did you mean `Triage`?");
        assert_eq!(told("Letter"), "there is no `Letter`: there are `Triage`, `Refund`");
    }
}
